// SPDX-License-Identifier: Apache-2.0

// cache_invalidation_connect: follows a PostgreSQL database and reports the service what is
// committed; or hears the service's events, and drops from Redis or HTTP caches what is wrong.

#include <pthread.h>
#include <signal.h>

#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "client/client.h"
#include "client/connect/config.h"
#include "client/connect/finding.h"
#include "client/connect/http/http_sink.h"
#include "client/connect/http/http_sink_status.h"
#include "client/connect/postgres/lsn.h"
#include "client/connect/postgres/preflight.h"
#include "client/connect/postgres/source.h"
#include "client/connect/postgres/source_status.h"
#include "client/connect/redis/redis_sink.h"
#include "client/connect/redis/redis_status.h"
#include "client/connection.h"
#include "client/logging.h"
#include "client/version.h"
#include "common/clock.h"
#include "common/files.h"
#include "common/standard_error.h"
#include "server/http/http_server.h"
#include "server/journal/journal.h"
#include "server/metrics/process_text.h"

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

constexpr absl::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

http::Page Told(const SourceFigures& figures, absl::string_view query) {
  const std::string body = absl::StrCat(FormatLsn(figures.told), "\n");
  if (query.empty()) return {.body = body};
  std::optional<Lsn> wanted;
  if (absl::ConsumePrefix(&query, "lsn=")) {
    wanted = ParseLsn(absl::StrReplaceAll(query, {{"%2F", "/"}, {"%2f", "/"}}));
  }
  if (!wanted.has_value()) {
    return {.status = 400, .body = "expected lsn=, such as lsn=0/16B374D8\n"};
  }
  return {.status = figures.told >= *wanted ? 200 : 503, .body = body};
}

template <typename Figures>
std::string TroubleOf(const Figures& figures) {
  return figures.connected ? "" : absl::StrCat(figures.state, "\n");
}

// What every connector shows.
template <typename Figures, typename Metrics>
std::vector<http::Route> CommonPages(const SharedFigures<Figures>& status, Metrics text_of) {
  return {{"/metrics",
           [&status, text_of] {
             return http::Page{
                 .content_type = kMetricsType,
                 .body = absl::StrCat(
                     text_of(status.Get()),
                     metrics::ProcessText("cache_invalidation_connect_", client::ClientVersion()))};
           }},
          {"/healthz", [] { return http::Page{.body = "alive\n"}; }},
          {"/readyz", [&status] {
             std::string why = TroubleOf(status.Get());
             if (why.empty()) return http::Page{.body = "ready\n"};
             return http::Page{.status = 503, .body = std::move(why)};
           }}};
}

// Returns what the program shows over HTTP; refers to the arguments:
//
//   /metrics        the figures, for Prometheus
//   /healthz        the process lives
//   /readyz         it follows the log or the service, and every endpoint carried the last request
//                   out; 503 otherwise, with the reason
//   /told           of a source: the position up to which everything is reported, such as
//                   0/16B374D8
//   /told?lsn=LSN   200 if everything before LSN is reported, 503 if it is not yet. After a commit,
//                   with pg_current_wal_insert_lsn(), an application can wait until caches know of
//                   it.
std::vector<http::Route> Pages(const SourceStatus& status, const Clock& clock) {
  std::vector<http::Route> pages = CommonPages(
      status, [&clock](const SourceFigures& figures) { return MetricsText(figures, clock.Now()); });
  pages.push_back(
      {"/told", {}, [&status](absl::string_view query) { return Told(status.Get(), query); }});
  return pages;
}

std::vector<http::Route> Pages(const RedisStatus& status, const Clock& /*clock*/) {
  return CommonPages(status, [](const RedisFigures& figures) { return MetricsText(figures); });
}

std::vector<http::Route> Pages(const HttpSinkStatus& status, const Clock& /*clock*/) {
  return CommonPages(status, [](const HttpSinkFigures& figures) { return MetricsText(figures); });
}

// Shows what is known of a worker, and has it work until a stop signal.
template <typename Worker, typename Status, typename Options>
absl::Status RunUntilSignal(const Options& options, const Config& config, const sigset_t& signals,
                            journal::Journal& journal, Clock& clock) {
  auto connection = client::OpenConnection(config.endpoint, config.service);
  if (!connection.ok()) return connection.status();
  Status status;
  const auto http = http::HttpServer::Start(config.http_listen, Pages(status, clock), clock);
  if (!http.ok()) return http.status();
  journal.Write({Level::kInfo,
                 "starting",
                 {{"version", client::ClientVersion()}, {"http_port", (*http)->port()}}});
  const Worker worker(options, *std::move(connection), clock, journal, status);
  int signal = 0;
  sigwait(&signals, &signal);
  journal.Write({Level::kInfo, "stopping"});
  // A second signal ends the process at once.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  return absl::OkStatus();
}

// Follows the database, or the service.
absl::Status Run(const Config& config, const sigset_t& signals, journal::Journal& journal,
                 Clock& clock) {
  if (config.redis.has_value()) {
    return RunUntilSignal<RedisSink, RedisStatus>(*config.redis, config, signals, journal, clock);
  }
  if (config.http_sink.has_value()) {
    return RunUntilSignal<HttpSink, HttpSinkStatus>(*config.http_sink, config, signals, journal,
                                                    clock);
  }
  return RunUntilSignal<Source, SourceStatus>(config.source, config, signals, journal, clock);
}

int RunCommand(const Config& config, const sigset_t& signals) {
  RealClock clock;
  // Never destroyed: gRPC's threads write to it until the process ends.
  static RealClock& journal_clock = *new RealClock;
  static journal::Journal& journal =
      *new journal::Journal(config.log_format, config.log_level, journal_clock);
  client::SetLogSink([](const client::LogEntry& entry) {
    journal.Write({Level::kWarning, "gRPC", {}, std::string(entry.message)});
  });
  const absl::Status status = Run(config, signals, journal, clock);
  if (!status.ok()) {
    journal.Write({Level::kError, "cannot start", {}, std::string(status.message())});
  }
  journal.Flush();
  return status.ok() ? EXIT_SUCCESS : EXIT_FAILURE;
}

absl::Status AskService(const Config& config) {
  auto connection = client::OpenConnection(config.endpoint, config.service);
  if (!connection.ok()) return connection.status();
  return client::Client(*std::move(connection)).GetInvalidationStats().status();
}

std::vector<Finding> FindingsOf(const Config& config, const Clock& clock) {
  if (config.redis.has_value()) return CheckRedis(*config.redis);
  if (config.http_sink.has_value()) return CheckHttpSink(*config.http_sink);
  return CheckSource(config.source, clock);
}

// Prints what is wrong or unwise, a line each; with `sql` the statements that cure it instead,
// after comments that say why. Returns whether nothing is wrong; warnings are not wrong.
bool Check(const Config& config, bool sql, const Clock& clock, std::ostream& out) {
  std::vector<Finding> findings = FindingsOf(config, clock);
  const absl::Status service = AskService(config);
  if (!service.ok()) {
    findings.insert(findings.begin(), {.sentence = absl::StrCat("service: ", service.message())});
  }
  bool good = true;
  for (const Finding& finding : findings) {
    good = good && !finding.is_error;
    const char* word = finding.is_error ? "error" : "warning";
    if (!sql) {
      out << word << ": " << finding.sentence << "\n";
    } else if (!finding.sql.empty()) {
      out << "-- " << word << ": " << finding.sentence << "\n" << finding.sql << "\n";
    }
  }
  if (good && !sql) out << "ready\n";
  return good;
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
  if (run->parsed()) return RunCommand(*config, signals);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  RealClock clock;
  return Check(*config, print_sql, clock, std::cout) ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace cache_invalidation::connect

int main(int argc, char** argv) { return cache_invalidation::connect::Main(argc, argv); }
