#include "client/cachectl/commands.h"

#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cachectl/flags.h"
#include "client/cachectl/names.h"
#include "client/cachectl/table.h"
#include "client/json.h"

namespace cache_invalidation::cachectl {
namespace {

using client::DataRelationship;

std::string AsText(const std::vector<DataRelationship>& relationships) {
  Table table({"NAME", "SOURCE", "TARGETS", "CARDINALITY", ">DEPTH", "TEMPLATE"});
  for (const DataRelationship& relationship : relationships) {
    table.Add({relationship.name, relationship.source_type,
               absl::StrJoin(relationship.target_types, " "), NameOf(relationship.cardinality),
               absl::StrCat(relationship.cascade_depth), relationship.target_tag_template});
  }
  return table.ToString();
}

void AddRegister(CLI::App* group, Action& chosen) {
  auto relationship = std::make_shared<DataRelationship>();
  CLI::App* command = group->add_subcommand("register", "Adds or replaces a relationship");
  command->add_option("source", relationship->source_type, "The type that is written")->required();
  command->add_option("targets", relationship->target_types, "The types that it also concerns")
      ->required();
  command->add_option("--name", relationship->name, "Its name [generated from its types]");
  AddCardinalityFlag(command, &relationship->cardinality);
  command
      ->add_option("--depth", relationship->cascade_depth,
                   "Maximum number of hops from here, 1 to 8")
      ->capture_default_str();
  command->add_option("--template", relationship->target_tag_template,
                      "Tag template if there is one target, such as order_items:{resource_id}");
  command->add_option("--description", relationship->description, "For people");
  AddAcceptFlag(command, &relationship->accepted_warnings);
  OnChosen(command, chosen, [relationship](Session& session) -> absl::StatusOr<ExitCode> {
    const auto result = session.client().RegisterDataRelationship(*relationship);
    if (!result.ok()) return result.status();
    session.Warn(result->warnings);
    session.Print(
        {client::ToJson(*result), absl::StrCat("relationship ", result->relationship.name, " ",
                                               result->replaced ? "replaced" : "added", "\n")});
    return ExitCode::kOk;
  });
}

}  // namespace

void AddRelationshipCommands(CLI::App* app, Action& chosen) {
  CLI::App* group =
      app->add_subcommand("relationship", "Further types that a write to a type concerns");
  group->require_subcommand(1);
  AddRegister(group, chosen);

  auto name = std::make_shared<std::string>();
  CLI::App* get = group->add_subcommand("get", "Shows a relationship");
  get->add_option("name", *name, "Its name")->required();
  OnChosen(get, chosen, [name](Session& session) -> absl::StatusOr<ExitCode> {
    const auto relationship = session.client().GetDataRelationship(*name);
    if (!relationship.ok()) return relationship.status();
    session.Print({client::ToJson(*relationship), AsText({*relationship})});
    return ExitCode::kOk;
  });

  auto source = std::make_shared<std::string>();
  CLI::App* list = group->add_subcommand("list", "Lists the relationships by name");
  list->add_option("--source", *source, "Only those of this type");
  OnChosen(list, chosen, [source](Session& session) -> absl::StatusOr<ExitCode> {
    const auto found = session.client().ListDataRelationships(*source);
    if (!found.ok()) return found.status();
    session.Print(
        {client::ToJson(client::RelationshipPage{.relationships = *found}), AsText(*found)});
    return ExitCode::kOk;
  });

  CLI::App* remove = group->add_subcommand("delete", "Deletes a relationship");
  remove->add_option("name", *name, "Its name")->required();
  OnChosen(remove, chosen, [name](Session& session) -> absl::StatusOr<ExitCode> {
    const auto found = session.client().DeleteDataRelationship(*name);
    if (!found.ok()) return found.status();
    if (!*found) return absl::NotFoundError(absl::StrCat("no relationship is called ", *name));
    session.Print({R"({"found":true})", absl::StrCat("relationship ", *name, " deleted\n")});
    return ExitCode::kOk;
  });
}

}  // namespace cache_invalidation::cachectl
