// The server as a process: flags in, signals out.

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "server/flags.h"
#include "server/port_file.h"
#include "server/rpc/quiet_parser.h"
#include "server/server.h"

namespace cache_invalidation {
namespace {

int Run(int argc, char** argv) {
  // Blocked before there is any other thread, so that they come to this one alone.
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);

  rpc::KeepParserQuiet();
  absl::StatusOr<ParsedFlags> flags = ParseFlags(argc, argv);
  std::atomic<bool> failed = false;
  absl::Status status = flags.status();
  if (status.ok()) {
    flags->options.on_fatal = [&failed](const absl::Status& error) {
      std::cerr << "the store failed, nothing more can be promised: " << error << std::endl;
      failed = true;
      kill(getpid(), SIGTERM);
    };
    absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(std::move(flags->options));
    status = server.status();
    if (status.ok() && !flags->port_file.empty()) {
      status = WritePortFile(flags->port_file, (*server)->grpc_port(), (*server)->http_port());
    }
    if (status.ok()) {
      std::cerr << "serving gRPC on port " << (*server)->grpc_port() << ", HTTP on port "
                << (*server)->http_port() << std::endl
                << "epoch " << (*server)->epoch() << " " << Explanation((*server)->epoch_decision())
                << std::endl;
      int signal = 0;
      sigwait(&stop_signals, &signal);
      if (failed) std::_Exit(EXIT_FAILURE);
      pthread_sigmask(SIG_UNBLOCK, &stop_signals,
                      nullptr);  // a second one ends the process at once
      (*server)->Shutdown(flags->shutdown_grace);
    }
  }
  if (!status.ok()) std::cerr << "cache_invalidation_server: " << status.message() << std::endl;
  return status.ok() ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace cache_invalidation

int main(int argc, char** argv) { return cache_invalidation::Run(argc, argv); }
