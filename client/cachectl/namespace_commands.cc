#include "client/cachectl/commands.h"

#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "client/cachectl/flags.h"
#include "client/cachectl/result_text.h"
#include "client/json.h"

namespace cache_invalidation::cachectl {
namespace {

void AddList(CLI::App* group, Action& chosen) {
  CLI::App* command = group->add_subcommand("list", "Lists the namespaces by name");
  OnChosen(command, chosen, [](Session& session) -> absl::StatusOr<ExitCode> {
    const auto names = session.client().ListNamespaces();
    if (!names.ok()) return names.status();
    std::string text;
    for (const std::string& name : *names) absl::StrAppend(&text, name, "\n");
    session.Print({client::ToJson(client::NamespacePage{.names = *names}), text});
    return ExitCode::kOk;
  });
}

void AddDelete(CLI::App* group, Action& chosen) {
  struct Flags {
    std::string name;
    bool yes = false;
    WaitFlags wait;
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* command = group->add_subcommand(
      "delete",
      "Deletes a namespace: its rules, relationships, dependencies, entries and history. Its "
      "subscribers drop everything");
  command->add_option("name", flags->name, "Its name; --namespace is ignored")->required();
  command->add_flag("--yes", flags->yes, "Confirm; a deleted namespace cannot be restored");
  AddWaitFlags(command, &flags->wait);
  OnChosen(command, chosen, [flags](Session& session) -> absl::StatusOr<ExitCode> {
    if (!flags->yes) {
      return absl::InvalidArgumentError(
          absl::StrCat("nothing was deleted: add --yes to delete the namespace ", flags->name,
                       " with its rules, relationships, dependencies, entries and history"));
    }
    const auto result = session.client().DeleteNamespace(
        client::DeleteNamespaceParams{.name = flags->name, .wait = flags->wait.Get()});
    if (!result.ok()) return result.status();
    if (!result->found) {
      return absl::NotFoundError(absl::StrCat("no namespace is called ", flags->name));
    }
    session.Print({client::ToJson(*result),
                   absl::StrCat("namespace ", flags->name, " deleted\n", TextOf(result->waiting))});
    return ExitCodeOf(result->waiting);
  });
}

}  // namespace

void AddNamespaceCommands(CLI::App* app, Action& chosen) {
  CLI::App* group = app->add_subcommand("namespace", "The namespaces of the service");
  group->require_subcommand(1);
  AddList(group, chosen);
  AddDelete(group, chosen);
}

}  // namespace cache_invalidation::cachectl
