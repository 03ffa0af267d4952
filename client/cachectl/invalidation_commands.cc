// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/cachectl/commands.h"
#include "client/cachectl/flags.h"
#include "client/cachectl/report.h"
#include "client/cachectl/result_text.h"

namespace cache_invalidation::cachectl {
namespace {

void AddWrite(CLI::App* app, Action& chosen) {
  auto write = std::make_shared<WriteFlags>();
  auto wait = std::make_shared<WaitFlags>();
  CLI::App* command = app->add_subcommand("write", "Invalidates what a write concerns");
  AddWriteFlags(command, write.get());
  AddWaitFlags(command, wait.get());
  command->footer(
      "Call it after the commit: before it, a reader could put the old value back into a cache.");
  OnChosen(command, chosen, [write, wait](Session& session) -> absl::StatusOr<ExitCode> {
    const absl::StatusOr<client::WriteEvent> event = write->Get();
    if (!event.ok()) return event.status();
    return session.Show(session.client().InvalidateByWrite(
                            client::InvalidateByWriteParams{.write = *event, .wait = wait->Get()}),
                        [](const auto& result) { return TextOf(result); });
  });
}

void AddExplain(CLI::App* app, Action& chosen) {
  auto write = std::make_shared<WriteFlags>();
  auto key = std::make_shared<std::string>();
  auto key_tags = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app->add_subcommand(
      "explain", "Shows what a write would invalidate, and why; changes nothing");
  AddWriteFlags(command, write.get());
  command->add_option("--key", *key, "Explain why this key would or would not be invalidated");
  command->add_option("--key-tag", *key_tags, "A tag to assume for a key that is not tracked")
      ->allow_extra_args(false);
  OnChosen(command, chosen, [write, key, key_tags](Session& session) -> absl::StatusOr<ExitCode> {
    const absl::StatusOr<client::WriteEvent> event = write->Get();
    if (!event.ok()) return event.status();
    const auto explanation = session.client().ExplainWrite(
        client::ExplainWriteParams{.write = *event, .key = *key, .key_tags = *key_tags});
    return session.Show(explanation, [&](const client::Explanation& found) {
      std::string text = TextOf(found);
      if (!key->empty()) {
        absl::StrAppend(&text, *key, found.key_hit ? " would be hit\n" : " would not be hit\n");
      }
      return text;
    });
  });
}

void AddInvalidate(CLI::App* app, Action& chosen) {
  auto params = std::make_shared<client::InvalidateParams>();
  auto wait = std::make_shared<WaitFlags>();
  CLI::App* command =
      app->add_subcommand("invalidate", "Invalidates tags, keys, a pattern or everything");
  command->add_option("--tag", params->tags, "A tag, with every tag below it")
      ->allow_extra_args(false);
  command->add_option("--key", params->keys, "A key")->allow_extra_args(false);
  command->add_option("--pattern", params->pattern,
                      "Keys that match this RE2 expression as a whole");
  command->add_flag("--everything", params->everything, "The whole namespace");
  AddStrategyFlag(command, &params->strategy);
  AddWaitFlags(command, wait.get());
  OnChosen(command, chosen, [params, wait](Session& session) -> absl::StatusOr<ExitCode> {
    params->wait = wait->Get();
    return session.Show(session.client().Invalidate(*params),
                        [](const auto& result) { return TextOf(result); });
  });
}

void AddWithDependencies(CLI::App* app, Action& chosen) {
  auto params = std::make_shared<client::InvalidateWithDependenciesParams>();
  auto alone = std::make_shared<bool>(false);
  auto wait = std::make_shared<WaitFlags>();
  CLI::App* command = app->add_subcommand("invalidate-with-dependencies",
                                          "Invalidates a key and all that depends on it");
  command->add_option("key", params->key, "The key")->required();
  command->add_flag("--not-recursive", *alone, "Only the key, not what depends on it");
  AddWaitFlags(command, wait.get());
  OnChosen(command, chosen, [params, alone, wait](Session& session) -> absl::StatusOr<ExitCode> {
    params->recursive = !*alone;
    params->wait = wait->Get();
    const auto result = session.client().InvalidateWithDependencies(*params);
    return session.Show(result, [](const client::KeyInvalidation& found) {
      return absl::StrCat(found.invalidated, " invalidated, ",
                          Counted(found.dependents_left, "dependent", "dependents"), " left\n",
                          TextOf(found.waiting));
    });
  });
}

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
    return session.Show(result, [](const client::BatchSchedule& schedule) {
      return absl::StrCat(schedule.pending_targets, " pending\n");
    });
  });
}

void AddFlush(CLI::App* group, Action& chosen) {
  auto wait = std::make_shared<WaitFlags>();
  CLI::App* command = group->add_subcommand("flush", "Flushes the pending batch now");
  AddWaitFlags(command, wait.get());
  OnChosen(command, chosen, [wait](Session& session) -> absl::StatusOr<ExitCode> {
    const auto result = session.client().FlushPendingInvalidations(
        client::FlushPendingInvalidationsParams{.wait = wait->Get()});
    return session.Show(result, [](const client::BatchFlush& flush) {
      return absl::StrCat("revision ", flush.position.revision, ", ", flush.flushed, " flushed\n",
                          TextOf(flush.waiting));
    });
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

void AddWriteCommands(CLI::App* app, Action& chosen) {
  AddWrite(app, chosen);
  AddExplain(app, chosen);
}

void AddInvalidateCommands(CLI::App* app, Action& chosen) {
  AddInvalidate(app, chosen);
  AddWithDependencies(app, chosen);
}

void AddBatchCommands(CLI::App* app, Action& chosen) {
  CLI::App* group = app->add_subcommand("batch", "The pending batch of the namespace");
  group->require_subcommand(1);
  AddSchedule(group, chosen);
  AddFlush(group, chosen);
  AddDelay(group, chosen);
}

}  // namespace cache_invalidation::cachectl
