#include "client/cachectl/commands.h"

#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cachectl/flags.h"
#include "client/cachectl/result_text.h"
#include "client/json.h"

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
    const auto result = session.client().InvalidateByWrite(
        client::InvalidateByWriteParams{.write = *event, .wait = wait->Get()});
    if (!result.ok()) return result.status();
    session.Print({client::ToJson(*result), TextOf(*result)});
    return ExitCodeOf(result->waiting);
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
    const auto answer = session.client().ExplainWrite(
        client::ExplainWriteParams{.write = *event, .key = *key, .key_tags = *key_tags});
    if (!answer.ok()) return answer.status();
    std::string text = TextOf(*answer);
    if (!key->empty()) {
      absl::StrAppend(&text, *key, answer->key_hit ? " would be hit\n" : " would not be hit\n");
    }
    session.Print({client::ToJson(*answer), text});
    return ExitCode::kOk;
  });
}

}  // namespace

void AddWriteCommands(CLI::App* app, Action& chosen) {
  AddWrite(app, chosen);
  AddExplain(app, chosen);
}

}  // namespace cache_invalidation::cachectl
