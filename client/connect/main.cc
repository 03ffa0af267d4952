// cache_invalidation_connect: follows a PostgreSQL database and reports the service what is
// committed; or hears the service's events, and drops from Redis or HTTP caches what is wrong.

#include <pthread.h>
#include <signal.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "client/connect/check.h"
#include "client/connect/config.h"
#include "client/connect/http/http_sink.h"
#include "client/connect/pages.h"
#include "client/connect/postgres/source.h"
#include "client/connect/redis/redis_sink.h"
#include "client/connection.h"
#include "client/logging.h"
#include "client/version.h"
#include "common/clock.h"
#include "common/files.h"
#include "common/standard_error.h"
#include "server/http/http_server.h"
#include "server/journal/journal.h"

namespace cache_invalidation::connect {
namespace {

using journal::Level;

constexpr char kFooter[] =
    "Exit codes:\n"
    "  0  stopped by a signal; check: nothing is wrong\n"
    "  1  an error; check: something is wrong\n"
    "  2  the command line or the configuration is wrong";
constexpr int kUsage = 2;
constexpr size_t kMaxConfigBytes = 1 << 20;

// Blocked before any other thread is started, so that only this one receives them.
sigset_t BlockStopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGTERM, SIGINT}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

absl::StatusOr<Config> ReadConfig(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadRegularFile(path, kMaxConfigBytes);
  absl::StatusOr<Config> config =
      text.ok() ? ParseConfig(*text, ProcessSecrets()) : absl::StatusOr<Config>(text.status());
  if (config.ok()) return config;
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", config.status().message()));
}

absl::StatusOr<std::unique_ptr<http::HttpServer>> StartPages(const Config& config,
                                                             std::vector<http::Route> pages,
                                                             journal::Journal& journal,
                                                             Clock& clock) {
  auto http = http::HttpServer::Start(config.http_listen, std::move(pages), clock);
  if (!http.ok()) return http.status();
  journal.Write({Level::kInfo,
                 "starting",
                 {{"version", client::ClientVersion()}, {"http_port", (*http)->port()}}});
  return http;
}

void AwaitSignal(const sigset_t& signals, journal::Journal& journal) {
  int signal = 0;
  sigwait(&signals, &signal);
  journal.Write({Level::kInfo, "stopping"});
  // A second signal ends the process at once.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

// Follows the database, or the service, until a stop signal.
absl::Status Run(Config config, const sigset_t& signals, journal::Journal& journal, Clock& clock) {
  auto connection = client::OpenConnection(config.endpoint, config.service);
  if (!connection.ok()) return connection.status();
  if (config.redis.has_value()) {
    RedisStatus status;
    auto http = StartPages(config, Pages(status), journal, clock);
    if (!http.ok()) return http.status();
    const RedisSink sink(*std::move(config.redis), client::Client(*std::move(connection)), clock,
                         journal, status);
    AwaitSignal(signals, journal);
    return absl::OkStatus();
  }
  if (config.http_sink.has_value()) {
    HttpSinkStatus status;
    auto http = StartPages(config, Pages(status), journal, clock);
    if (!http.ok()) return http.status();
    const HttpSink sink(*std::move(config.http_sink), client::Client(*std::move(connection)), clock,
                        journal, status);
    AwaitSignal(signals, journal);
    return absl::OkStatus();
  }
  SourceStatus status;
  auto http = StartPages(config, Pages(status, clock), journal, clock);
  if (!http.ok()) return http.status();
  const Source source(std::move(config.source), *std::move(connection),
                      config.service.namespace_name, clock, journal, status);
  AwaitSignal(signals, journal);
  return absl::OkStatus();
}

int RunCommand(Config config, const sigset_t& signals) {
  RealClock clock;
  // Never destroyed: gRPC's threads write to it until the process ends.
  static RealClock& journal_clock = *new RealClock;
  static journal::Journal& journal =
      *new journal::Journal(config.log_format, config.log_level, journal_clock);
  client::SetLogSink([](const client::LogEntry& entry) {
    journal.Write({Level::kWarning, "gRPC", {}, std::string(entry.message)});
  });
  const absl::Status status = Run(std::move(config), signals, journal, clock);
  if (!status.ok()) {
    journal.Write({Level::kError, "cannot start", {}, std::string(status.message())});
  }
  journal.Flush();
  return status.ok() ? EXIT_SUCCESS : EXIT_FAILURE;
}

int Main(int argc, char** argv) {
  CLI::App app(
      "Tells the Tagged Cache Invalidation System what a PostgreSQL database commits; or drops "
      "from Redis, or purges from HTTP caches, what it tells.",
      "cache_invalidation_connect");
  app.footer(kFooter);
  app.set_version_flag("--version",
                       absl::StrCat("cache_invalidation_connect ", client::ClientVersion()));
  app.require_subcommand(1);
  std::string file;
  bool print_sql = false;
  CLI::App* run =
      app.add_subcommand("run", "Follow the database, or feed the caches, until a signal");
  CLI::App* check = app.add_subcommand(
      "check", "Say what is wrong with the database or the caches, and the service");
  for (CLI::App* command : {run, check}) {
    command->add_option("-f,--file", file, "The configuration, in YAML")->required();
  }
  check->add_flag("--sql", print_sql, "Print the SQL that sets the database up");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? EXIT_SUCCESS : kUsage;
  }
  IgnoreClosedPipes();
  const sigset_t signals = BlockStopSignals();
  absl::StatusOr<Config> config = ReadConfig(file);
  if (!config.ok()) {
    std::cerr << "cache_invalidation_connect: " << config.status().message() << "\n";
    return kUsage;
  }
  if (run->parsed()) return RunCommand(*std::move(config), signals);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  RealClock clock;
  return Check(*config, print_sql, clock, std::cout) ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace cache_invalidation::connect

int main(int argc, char** argv) { return cache_invalidation::connect::Main(argc, argv); }
