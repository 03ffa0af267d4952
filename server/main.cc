// SPDX-License-Identifier: Apache-2.0

// The server process: flags, signals and limits.

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/files.h"
#include "common/limits.h"
#include "common/standard_error.h"
#include "common/version.h"
#include "server/core/persistence.h"
#include "server/flags.h"
#include "server/journal/journal.h"
#include "server/process/environment.h"
#include "server/process/memory_watch.h"
#include "server/rpc/conversion/encoded_message.h"
#include "server/rpc/grpc_log.h"
#include "server/server.h"
#include "server/tls/certificate_files.h"

namespace cache_invalidation {
namespace {

using journal::Level;

// Scripts of other users may read it.
constexpr unsigned kPortFilePermissions = 0644;

// Raised by the process itself: the server cannot go on.
constexpr int kFailed = SIGUSR1;

// A server that cannot go on has this time to fail its calls, and then exits in any case.
constexpr absl::Duration kFailStopLimit = absl::Milliseconds(700);
// A server that stops has this time after the grace for everything that is not a call, like the
// store.
constexpr absl::Duration kAfterGrace = absl::Milliseconds(900);

// With more, the threads that are left for gRPC and delivery are the bottleneck.
constexpr size_t kMostShardsByDefault = 16;

// The signals that end the server, and SIGHUP, which has it read its files again. Blocked before
// any other thread is started, so that only this thread receives them.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGTERM, SIGINT, SIGHUP, kFailed}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// Writes the ports for scripts, as the lines `grpc=PORT` and `http=PORT`.
absl::Status WritePortFile(const std::string& path, int grpc_port, int http_port) {
  return ReplaceFile(path, absl::StrCat("grpc=", grpc_port, "\nhttp=", http_port, "\n"),
                     kPortFilePermissions);
}

// Sets the limits on the machine's resources.
void TakeLimits(ServerOptions& options) {
  const int files = process::RaiseDescriptorLimit();
  options.max_http_connections =
      std::clamp<size_t>(static_cast<size_t>(files) / 16, 1, kMaxHttpConnections);
  if (options.shards == 0) {
    // Two are left for gRPC, the store and delivery.
    const size_t processors = std::thread::hardware_concurrency();
    options.shards = std::clamp<size_t>(processors, 3, kMostShardsByDefault + 2) - 2;
  }
  if (options.max_memory_bytes == 0) {
    options.max_memory_bytes = process::CgroupMemoryLimit().value_or(0) / 16 * 15;
  }
  options.resident_bytes = process::ResidentBytes;
  options.self_check = true;
}

// Passes what the server has to report to the journal. `failed` is set once it cannot go on; then
// this thread is woken.
void SetCallbacks(ServerOptions& options, std::atomic<bool>& failed, journal::Journal& journal) {
  options.journal = &journal;
  options.on_fatal = [&failed, &journal](const absl::Status& error) {
    if (failed.exchange(true)) return;
    process::ForceExitAfter(kFailStopLimit);
    journal.Write({Level::kError, "nothing more can be promised", {}, error.ToString()});
    kill(getpid(), kFailed);
  };
  options.on_dropped = [&journal](absl::string_view namespace_name, uint64_t dropped) {
    journal.Write({Level::kWarning,
                   "entries were dropped at a limit",
                   {{"entries", dropped}, {"last_namespace", namespace_name}}});
  };
  options.persistence.on_store_error = [&journal](absl::string_view message) {
    journal.Write({Level::kError, "RocksDB", {}, std::string(message)});
  };
}

// A call that takes a minute longer than usual after a start, or is not complete, needs an
// explanation.
void WriteUntil(std::optional<absl::Time> until, absl::string_view what,
                journal::Journal& journal) {
  if (!until) return;
  journal.Write(
      {Level::kInfo,
       std::string(what),
       {{"until", *until}},
       "a call with a shorter deadline ends with late subscribers. If there was no earlier server, "
       "start with --longest_earlier_lease=0s"});
}

journal::Line LimitsLine(const ServerOptions& options) {
  const int files = process::DescriptorLimit();
  journal::Line line = {Level::kInfo,
                        "limits",
                        {{"shards", options.shards},
                         {"connections", process::FirstReservedDescriptor(files)},
                         {"open_files", files}}};
  if (options.max_memory_bytes != 0) {
    line.fields.emplace_back("memory_bytes", options.max_memory_bytes);
  }
  return line;
}

void WriteCertificate(const Server& server, const tls::CertificatePaths& paths,
                      journal::Journal& journal) {
  const std::optional<absl::Time> expiry = server.certificate_expiry();
  if (!expiry) return;
  journal.Write({Level::kInfo,
                 "gRPC is encrypted",
                 {{"certificate", paths.cert},
                  {"expires", *expiry},
                  {"clients_show_one", paths.client_ca.empty() ? "no" : "yes"}}});
}

// Writes what an operator should know of a server that has started, the line `serving` last: its
// history, its limits, its certificate, until when calls wait for subscribers of earlier servers,
// its ports.
void WriteStartLines(const Server& server, const tls::CertificatePaths& certificates,
                     const journal::Line& limits, journal::Journal& journal) {
  journal.Write({Level::kInfo,
                 "history",
                 {{"epoch", server.epoch()}},
                 std::string(Explanation(server.epoch_decision()))});
  journal.Write(limits);
  WriteCertificate(server, certificates, journal);
  WriteUntil(server.waits_for_earlier_until(),
             "calls that wait for subscribers also wait for those of earlier servers", journal);
  const auto or_never = [](std::optional<absl::Time> time) {
    return time.value_or(absl::InfinitePast());
  };
  // Both end at the same time if they end with the same lease.
  if (or_never(server.doubts_earlier_until()) >
      or_never(server.waits_for_earlier_until()) + absl::Seconds(1)) {
    WriteUntil(server.doubts_earlier_until(),
               "calls that wait for subscribers say that those of earlier servers may be late",
               journal);
  }
  journal.Write({Level::kInfo,
                 "serving",
                 {{"grpc_port", server.grpc_port()}, {"http_port", server.http_port()}}});
}

// Blocks until a stop signal, or until the server has failed. On SIGHUP the server reads its files
// again. From then on a second stop signal ends the process at once. Returns the signal.
int AwaitStop(const sigset_t& signals, const std::atomic<bool>& failed, Server& server) {
  int signal = 0;
  do {
    sigwait(&signals, &signal);
    if (signal == SIGHUP) server.Reload();
  } while (signal == SIGHUP ||
           (signal == kFailed && !failed));  // another process can send it as well
  sigset_t second = signals;
  for (int ignored : {SIGHUP, kFailed}) sigdelset(&second, ignored);
  pthread_sigmask(SIG_UNBLOCK, &second, nullptr);
  return signal;
}

// Blocks for this time, or until the server has failed.
void AwaitFailure(absl::Duration at_most, const std::atomic<bool>& failed) {
  const RealClock clock;
  const absl::Duration end = clock.Monotonic() + at_most;
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, kFailed);
  while (!failed) {
    const absl::Duration left = end - clock.Monotonic();
    if (left <= absl::ZeroDuration()) return;
    const timespec wait = absl::ToTimespec(left);
    sigtimedwait(&signals, nullptr, &wait);
  }
}

// What is written if the server does not end in time.
const char* OutlastedLine(journal::Format format) {
  static const std::string& line = *new std::string(
      journal::FormatLastLine(format, "something outlasted --shutdown_grace: ended all the same"));
  return line.c_str();
}

// Returns when the server has ended or, in the middle of that, failed.
void Stop(Server& server, const ParsedFlags& flags, const std::atomic<bool>& failed,
          journal::Journal& journal) {
  journal.Write({Level::kInfo,
                 "not ready any more, serving as before",
                 {{"drain_delay", absl::FormatDuration(flags.drain_delay)}}});
  server.AnnounceStop();
  AwaitFailure(flags.drain_delay, failed);
  if (failed) return;
  journal.Write(
      {Level::kInfo, "stopping", {{"shutdown_grace", absl::FormatDuration(flags.shutdown_grace)}}});
  process::ForceExitAfter(flags.shutdown_grace + kAfterGrace, OutlastedLine(journal.format()));
  server.Shutdown(flags.shutdown_grace);
}

// Serves until a stop signal. Returns the error if the server cannot start.
absl::Status Serve(ParsedFlags flags, const sigset_t& signals, journal::Journal& journal) {
  std::atomic<bool> failed = false;
  SetCallbacks(flags.options, failed, journal);
  TakeLimits(flags.options);
  const journal::Line limits = LimitsLine(flags.options);
  const tls::CertificatePaths certificates = flags.options.certificates;
  journal.Write({Level::kInfo,
                 "starting",
                 {{"version", CACHE_INVALIDATION_VERSION_STRING},
                  {"durability", DurabilityName(flags.options.persistence.durability)},
                  {"data_dir", flags.options.persistence.data_dir}}});
  absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(std::move(flags.options));
  if (!server.ok()) return server.status();
  if (!flags.port_file.empty()) {
    absl::Status status =
        WritePortFile(flags.port_file, (*server)->grpc_port(), (*server)->http_port());
    if (!status.ok()) return status;
  }
  WriteStartLines(**server, certificates, limits, journal);
  const int signal = AwaitStop(signals, failed, **server);
  if (!failed) {
    journal.Write({Level::kInfo, "asked to stop", {{"signal", strsignal(signal)}}});
    Stop(**server, flags, failed, journal);
  }
  if (failed) {
    (*server)->GiveUp();
    // The alarm is armed. No destructors run: the store is not touched any more.
    while (true) pause();
  }
  return absl::OkStatus();
}

// The journal of the process. Never destroyed: gRPC's threads write to it until the process ends.
journal::Journal& OpenJournal() {
  static const RealClock& clock = *new RealClock;
  static const std::string& out_of_memory = *new std::string(
      journal::FormatLastLine(LogFormat(), "out of memory: the system has no more memory"));
  process::EndWithAWordWhenOutOfMemory(out_of_memory.c_str());
  static journal::Journal& journal = *new journal::Journal(LogFormat(), LogLevel(), clock);
  rpc::ReportGrpcLog(journal);
  return journal;
}

int Run(int argc, char** argv) {
  process::ChooseGrpcExperiments();
  process::KeepFreedPages();
  IgnoreClosedPipes();
  const sigset_t signals = BlockSignals();
  rpc::KeepParserQuiet();
  absl::StatusOr<ParsedFlags> flags = ParseFlags(argc, argv);
  journal::Journal& journal = OpenJournal();
  const absl::Status status =
      flags.ok() ? Serve(*std::move(flags), signals, journal) : flags.status();
  if (status.ok()) {
    journal.Write({Level::kInfo, "ended"});
  } else {
    journal.Write({Level::kError, "cannot start", {}, std::string(status.message())});
  }
  journal.Flush();
  return status.ok() ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace cache_invalidation

int main(int argc, char** argv) { return cache_invalidation::Run(argc, argv); }
