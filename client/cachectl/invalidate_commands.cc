#include "client/cachectl/commands.h"

#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "client/cachectl/flags.h"
#include "client/cachectl/result_text.h"
#include "client/json.h"

namespace cache_invalidation::cachectl {
namespace {

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
    const auto result = session.client().Invalidate(*params);
    if (!result.ok()) return result.status();
    session.Print({client::ToJson(*result), TextOf(*result)});
    return ExitCodeOf(result->waiting);
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
    if (!result.ok()) return result.status();
    session.Print({client::ToJson(*result),
                   absl::StrCat(result->invalidated, " invalidated, ", result->dependents_left,
                                " dependents left\n", TextOf(result->waiting))});
    return ExitCodeOf(result->waiting);
  });
}

}  // namespace

void AddInvalidateCommands(CLI::App* app, Action& chosen) {
  AddInvalidate(app, chosen);
  AddWithDependencies(app, chosen);
}

}  // namespace cache_invalidation::cachectl
