#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_COMMAND_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_COMMAND_H_

#include <functional>

#include "absl/status/statusor.h"
#include "client/cachectl/exit_code.h"
#include "client/cachectl/session.h"

namespace CLI {
class App;
}  // namespace CLI

namespace cache_invalidation::cachectl {

// Runs a command. The caller prints the error, if any, and derives the exit code from it.
using Action = std::function<absl::StatusOr<ExitCode>(Session&)>;

// Sets `chosen` to `action` if the command line names `command`.
void OnChosen(CLI::App* command, Action& chosen, Action action);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_COMMAND_H_
