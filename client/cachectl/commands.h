// SPDX-License-Identifier: Apache-2.0

// The commands of cachectl, a function per family: each adds its commands to `app` and makes the
// one that the command line names the `chosen` action.

#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_COMMANDS_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_COMMANDS_H_

#include <functional>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "client/cachectl/session.h"

namespace cache_invalidation::cachectl {

// Runs a command. The caller prints the error, if any, and derives the exit code from it.
using Action = std::function<absl::StatusOr<ExitCode>(Session&)>;

// Sets `chosen` to `action` if the command line names `command`.
inline void OnChosen(CLI::App* command, Action& chosen, Action action) {
  command->callback([&chosen, action = std::move(action)] { chosen = action; });
}

// apply, export
void AddApplyCommands(CLI::App* app, Action& chosen);

// backup, restore
void AddBackupCommands(CLI::App* app, Action& chosen);

// batch schedule|flush|delay
void AddBatchCommands(CLI::App* app, Action& chosen);

// completion bash|zsh|fish. REQUIRES: called last, because it walks the commands of `app`, which
// must outlive the run.
void AddCompletionCommand(CLI::App* app, Action& chosen);

// dependency add|remove|list
void AddDependencyCommands(CLI::App* app, Action& chosen);

// doctor. Calls no service.
void AddDoctorCommand(CLI::App* app, Action& chosen);

// entry track|untrack|lookup|validate
void AddEntryCommands(CLI::App* app, Action& chosen);

// ingest
void AddIngestCommand(CLI::App* app, Action& chosen);

// invalidate, invalidate-with-dependencies
void AddInvalidateCommands(CLI::App* app, Action& chosen);

// namespace list|delete
void AddNamespaceCommands(CLI::App* app, Action& chosen);

// relationship register|get|list|delete
void AddRelationshipCommands(CLI::App* app, Action& chosen);

// rule register|get|list|delete|test
void AddRuleCommands(CLI::App* app, Action& chosen);

// The `test` of the group `rule`: whether the rules of a file would fire for a write. Calls no
// service.
void AddRuleTrialCommand(CLI::App* group, Action& chosen);

// stats
void AddStatsCommand(CLI::App* app, Action& chosen);

// subscriber list
void AddSubscriberCommands(CLI::App* app, Action& chosen);

// top
void AddTopCommand(CLI::App* app, Action& chosen);

// watch
void AddWatchCommand(CLI::App* app, Action& chosen);

// write, explain
void AddWriteCommands(CLI::App* app, Action& chosen);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_COMMANDS_H_
