#include "client/cachectl/commands.h"

#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/cachectl/flags.h"
#include "client/cachectl/result_text.h"
#include "client/json.h"

namespace cache_invalidation::cachectl {
namespace {

void AddSchedule(CLI::App* group, Action& chosen) {
  struct Flags {
    std::vector<std::string> tags;
    std::vector<std::string> keys;
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* command = group->add_subcommand("schedule", "Adds to the pending batch");
  command->add_option("--tag", flags->tags, "A tag, with every tag below it")
      ->allow_extra_args(false);
  command->add_option("--key", flags->keys, "A key")->allow_extra_args(false);
  OnChosen(command, chosen, [flags](Session& session) -> absl::StatusOr<ExitCode> {
    const auto result = session.client().ScheduleBatchInvalidation(flags->tags, flags->keys);
    if (!result.ok()) return result.status();
    session.Print({client::ToJson(*result), absl::StrCat(result->pending_targets, " pending\n")});
    return ExitCode::kOk;
  });
}

void AddFlush(CLI::App* group, Action& chosen) {
  auto wait = std::make_shared<WaitFlags>();
  CLI::App* command = group->add_subcommand("flush", "Flushes the pending batch now");
  AddWaitFlags(command, wait.get());
  OnChosen(command, chosen, [wait](Session& session) -> absl::StatusOr<ExitCode> {
    const auto result = session.client().FlushPendingInvalidations(
        client::FlushPendingInvalidationsParams{.wait = wait->Get()});
    if (!result.ok()) return result.status();
    session.Print({client::ToJson(*result),
                   absl::StrCat("revision ", result->position.revision, ", ", result->flushed,
                                " flushed\n", TextOf(result->waiting))});
    return ExitCodeOf(result->waiting);
  });
}

void AddDelay(CLI::App* group, Action& chosen) {
  auto delay = std::make_shared<absl::Duration>();
  CLI::App* command =
      group->add_subcommand("delay", "Sets how long the first target of a batch may wait");
  AddDurationArgument(command, "delay", delay.get(), "1ms to 60s");
  OnChosen(command, chosen, [delay](Session& session) -> absl::StatusOr<ExitCode> {
    const auto previous = session.client().SetBatchDelay(*delay);
    if (!previous.ok()) return previous.status();
    session.Print({absl::StrCat("{\"previousDelay\":\"", absl::ToDoubleSeconds(*previous), "s\"}"),
                   absl::StrCat("delay ", absl::FormatDuration(*delay), ", before ",
                                absl::FormatDuration(*previous), "\n")});
    return ExitCode::kOk;
  });
}

}  // namespace

void AddBatchCommands(CLI::App* app, Action& chosen) {
  CLI::App* group = app->add_subcommand("batch", "The pending batch of the namespace");
  group->require_subcommand(1);
  AddSchedule(group, chosen);
  AddFlush(group, chosen);
  AddDelay(group, chosen);
}

}  // namespace cache_invalidation::cachectl
