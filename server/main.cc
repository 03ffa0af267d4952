// The server as a process: flags in, signals out.

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/flags.h"
#include "server/forced_exit.h"
#include "server/port_file.h"
#include "server/rpc/quiet_parser.h"
#include "server/server.h"

namespace cache_invalidation {
namespace {

// Our own: the store failed.
constexpr int kFailed = SIGUSR1;

// A server whose store failed has so long to tell its callers, and then ends whatever it does.
constexpr absl::Duration kFailStopLimit = absl::Milliseconds(700);

// The signals that end the server. Blocked before there is any other thread, so that they come to
// this one alone.
sigset_t BlockStopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGTERM, SIGINT, kFailed}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

void ReportServing(const Server& server) {
  std::cerr << "serving gRPC on port " << server.grpc_port() << ", HTTP on port "
            << server.http_port() << std::endl
            << "epoch " << server.epoch() << " " << Explanation(server.epoch_decision())
            << std::endl;
}

void ReportDropped(absl::string_view namespace_name, uint64_t dropped) {
  std::cerr << absl::StrCat(dropped, " entries had to make room, the last in namespace ",
                            namespace_name, ", which is full\n");
}

// Serves until it is told to stop. Answers why it could not begin.
absl::Status Serve(ParsedFlags flags, const sigset_t& stop_signals) {
  std::atomic<bool> failed = false;
  flags.options.on_fatal = [&failed](const absl::Status& error) {
    ForceExitAfter(kFailStopLimit);
    std::cerr << "the store failed, nothing more can be promised: " << error << std::endl;
    failed = true;
    kill(getpid(), kFailed);
  };
  flags.options.on_dropped = ReportDropped;
  absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(std::move(flags.options));
  if (!server.ok()) return server.status();
  if (!flags.port_file.empty()) {
    absl::Status status =
        WritePortFile(flags.port_file, (*server)->grpc_port(), (*server)->http_port());
    if (!status.ok()) return status;
  }
  ReportServing(**server);
  int signal = 0;
  sigwait(&stop_signals, &signal);
  sigset_t second = stop_signals;  // ends the process at once
  sigdelset(&second, kFailed);
  pthread_sigmask(SIG_UNBLOCK, &second, nullptr);
  if (!failed) (*server)->Shutdown(flags.shutdown_grace);
  if (failed) {
    (*server)->GiveUp();
    // The alarm is set. Nothing is tidied up: the store is not touched any more.
    while (true) pause();
  }
  return absl::OkStatus();
}

int Run(int argc, char** argv) {
  const sigset_t stop_signals = BlockStopSignals();
  rpc::KeepParserQuiet();
  absl::StatusOr<ParsedFlags> flags = ParseFlags(argc, argv);
  const absl::Status status = flags.ok() ? Serve(*std::move(flags), stop_signals) : flags.status();
  if (!status.ok()) std::cerr << "cache_invalidation_server: " << status.message() << std::endl;
  return status.ok() ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace cache_invalidation

int main(int argc, char** argv) { return cache_invalidation::Run(argc, argv); }
