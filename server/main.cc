// The server process: flags, signals and limits.

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/limits.h"
#include "common/standard_error.h"
#include "server/flags.h"
#include "server/process/environment.h"
#include "server/process/memory_watch.h"
#include "server/rpc/conversion/encoded_message.h"
#include "server/rpc/grpc_log.h"
#include "server/server.h"

namespace cache_invalidation {
namespace {

// Raised by the process itself: the server cannot go on.
constexpr int kFailed = SIGUSR1;

// A server that cannot go on has this time to fail its calls, and then exits in any case.
constexpr absl::Duration kFailStopLimit = absl::Milliseconds(700);
// A server that stops has this time after the grace for everything that is not a call, like the
// store.
constexpr absl::Duration kAfterGrace = absl::Milliseconds(900);

// The signals that end the server, and SIGHUP, which has it read its files again. Blocked before
// any other thread is started, so that only this thread receives them.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGTERM, SIGINT, SIGHUP, kFailed}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// Writes the ports for scripts, as the lines `grpc=PORT` and `http=PORT`. The file appears
// complete: it is renamed into place.
absl::Status WritePortFile(const std::string& path, int grpc_port, int http_port) {
  const std::string unfinished = path + ".unfinished";
  std::ofstream file(unfinished);
  file << absl::StrCat("grpc=", grpc_port, "\nhttp=", http_port, "\n");
  file.close();
  if (!file || std::rename(unfinished.c_str(), path.c_str()) != 0) {
    return absl::UnavailableError(absl::StrCat("cannot write the port file ", path));
  }
  return absl::OkStatus();
}

void ReportServing(const Server& server) {
  ReportLine(absl::StrCat("serving gRPC on port ", server.grpc_port(), ", HTTP on port ",
                          server.http_port()));
  ReportLine(absl::StrCat("epoch ", server.epoch(), " ", Explanation(server.epoch_decision())));
}

// Sets the limits on the machine's resources.
void TakeLimits(ServerOptions& options) {
  const int files = process::RaiseDescriptorLimit();
  options.max_http_connections =
      std::clamp<size_t>(static_cast<size_t>(files) / 16, 1, kMaxHttpConnections);
  if (options.max_memory_bytes == 0) {
    options.max_memory_bytes = process::CgroupMemoryLimit().value_or(0) / 16 * 15;
  }
  options.resident_bytes = process::ResidentBytes;
  options.self_check = true;
}

void ReportLimits(size_t max_memory_bytes) {
  const int files = process::DescriptorLimit();
  const std::string memory =
      max_memory_bytes == 0 ? "without limit" : absl::StrCat(max_memory_bytes, " bytes");
  ReportLine(absl::StrCat("connections: ", process::FirstReservedDescriptor(files), " of ", files,
                          " open files; memory: ", memory));
}

void ReportCertificate(const Server& server, const tls::CertificatePaths& paths) {
  const std::optional<absl::Time> expiry = server.certificate_expiry();
  if (!expiry) return;
  ReportLine(absl::StrCat(
      "TLS: the certificate in ", paths.cert, " expires at ",
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", *expiry, absl::UTCTimeZone()),
      paths.client_ca.empty() ? "; clients show none" : "; clients must show one, too"));
}

void ReportUntil(const std::optional<absl::Time>& until, absl::string_view what) {
  if (!until) return;
  ReportLine(absl::StrCat("until ",
                          absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", *until, absl::UTCTimeZone()),
                          " calls that wait for subscribers ", what,
                          "; --longest_earlier_lease=0s if there were none"));
}

// A call that takes a minute longer than usual after a start, or is not complete, needs an
// explanation.
void ReportEarlierLeases(const Server& server) {
  ReportUntil(server.waits_for_earlier_until(), "also wait for those of earlier servers");
  ReportUntil(server.doubts_earlier_until(), "say that those of earlier servers may be late");
}

void ReportDropped(absl::string_view namespace_name, uint64_t dropped) {
  ReportLine(absl::StrCat(dropped, " entries were dropped at a limit, the last in namespace ",
                          namespace_name));
}

// Serves until a stop signal. Returns the error if the server cannot start.
absl::Status Serve(ParsedFlags flags, const sigset_t& signals) {
  std::atomic<bool> failed = false;
  flags.options.on_fatal = [&failed](const absl::Status& error) {
    if (failed.exchange(true)) return;
    process::ForceExitAfter(kFailStopLimit);
    ReportLine(absl::StrCat("nothing more can be promised: ", error.ToString()));
    kill(getpid(), kFailed);
  };
  flags.options.on_dropped = ReportDropped;
  TakeLimits(flags.options);
  const size_t max_memory = flags.options.max_memory_bytes;
  const tls::CertificatePaths certificates = flags.options.certificates;
  absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(std::move(flags.options));
  if (!server.ok()) return server.status();
  if (!flags.port_file.empty()) {
    absl::Status status =
        WritePortFile(flags.port_file, (*server)->grpc_port(), (*server)->http_port());
    if (!status.ok()) return status;
  }
  ReportServing(**server);
  ReportLimits(max_memory);
  ReportCertificate(**server, certificates);
  ReportEarlierLeases(**server);
  int signal = 0;
  do {
    sigwait(&signals, &signal);
    if (signal == SIGHUP) (*server)->Reload();
  } while (signal == SIGHUP ||
           (signal == kFailed && !failed));  // another process can send it as well
  sigset_t second = signals;                 // a second signal ends the process at once
  for (int ignored : {SIGHUP, kFailed}) sigdelset(&second, ignored);
  pthread_sigmask(SIG_UNBLOCK, &second, nullptr);
  if (!failed) {
    process::ForceExitAfter(
        flags.shutdown_grace + kAfterGrace,
        "cache_invalidation_server: something outlasted --shutdown_grace: ended all the "
        "same\n");
    (*server)->Shutdown(flags.shutdown_grace);
  }
  if (failed) {
    (*server)->GiveUp();
    // The alarm is armed. No destructors run: the store is not touched any more.
    while (true) pause();
  }
  return absl::OkStatus();
}

int Run(int argc, char** argv) {
  process::ChooseGrpcExperiments();
  process::EndWithAWordWhenOutOfMemory();
  IgnoreClosedPipes();
  const sigset_t signals = BlockSignals();
  rpc::KeepParserQuiet();
  rpc::ReportGrpcLog();
  absl::StatusOr<ParsedFlags> flags = ParseFlags(argc, argv);
  const absl::Status status = flags.ok() ? Serve(*std::move(flags), signals) : flags.status();
  if (!status.ok()) ReportLine(absl::StrCat("cache_invalidation_server: ", status.message()));
  return status.ok() ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace cache_invalidation

int main(int argc, char** argv) { return cache_invalidation::Run(argc, argv); }
