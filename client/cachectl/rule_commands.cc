// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "client/cachectl/commands.h"
#include "client/cachectl/flags.h"
#include "client/cachectl/report.h"
#include "client/cachectl/result_text.h"
#include "client/json.h"

namespace cache_invalidation::cachectl {
namespace {

using client::DataRelationship;
using client::InvalidationRule;

std::string Targets(const InvalidationRule& rule) {
  std::vector<std::string> targets = rule.invalidate_tags;
  if (!rule.pattern.empty()) targets.push_back(absl::StrCat("/", rule.pattern, "/"));
  for (const client::DataRelationship& relationship : rule.relationships) {
    targets.push_back(absl::StrCat(relationship.source_type, " -> ",
                                   absl::StrJoin(relationship.target_types, ",")));
  }
  return absl::StrJoin(targets, " ");
}

std::string RulesAsText(const std::vector<InvalidationRule>& rules) {
  Table table({"NAME", ">PRIORITY", "STRATEGY", "ENABLED", "TRIGGERS", "TARGETS"});
  for (const InvalidationRule& rule : rules) {
    table.Add({rule.name, absl::StrCat(rule.priority), NameOf(rule.strategy),
               rule.enabled ? "yes" : "no", absl::StrJoin(rule.trigger_tags, " "), Targets(rule)});
  }
  return table.ToString();
}

std::string RuleAsText(const client::StoredRule& stored) {
  const InvalidationRule& rule = stored.rule;
  const client::RuleStatistics& statistics = stored.statistics;
  Table table({"", ""});
  table.Add({"name", rule.name});
  if (!rule.description.empty()) table.Add({"description", rule.description});
  table.Add({"priority", absl::StrCat(rule.priority)});
  table.Add({"strategy", NameOf(rule.strategy)});
  table.Add({"enabled", rule.enabled ? "yes" : "no"});
  table.Add({"triggers", absl::StrJoin(rule.trigger_tags, " ")});
  table.Add({"targets", Targets(rule)});
  if (!rule.condition.empty()) table.Add({"condition", rule.condition});
  if (!rule.accepted_warnings.empty()) {
    table.Add({"accepted warnings", absl::StrJoin(rule.accepted_warnings, " ")});
  }
  table.Add({"executions", absl::StrCat(statistics.execution_count)});
  table.Add({"condition errors", absl::StrCat(statistics.condition_errors)});
  if (statistics.last_execution.has_value()) {
    table.Add(
        {"last execution", absl::FormatTime(*statistics.last_execution, absl::UTCTimeZone())});
  }
  return table.ToString();
}

// Adds the command that deletes what has a name.
void AddDelete(CLI::App* group, Action& chosen, const char* kind, const char* description,
               absl::StatusOr<bool> (client::Client::*remove)(std::string, client::CallOptions)
                   const) {
  auto name = std::make_shared<std::string>();
  CLI::App* command = group->add_subcommand("delete", description);
  command->add_option("name", *name, "Its name")->required();
  OnChosen(command, chosen, [=](Session& session) -> absl::StatusOr<ExitCode> {
    const auto found = (session.client().*remove)(*name, {});
    if (!found.ok()) return found.status();
    if (!*found) return absl::NotFoundError(absl::StrCat("no ", kind, " is called ", *name));
    session.Print({R"({"found":true})", absl::StrCat(kind, " ", *name, " deleted\n")});
    return ExitCode::kOk;
  });
}

void AddRegisterRule(CLI::App* group, Action& chosen) {
  auto rule = std::make_shared<InvalidationRule>();
  auto disabled = std::make_shared<bool>(false);
  CLI::App* command = group->add_subcommand("register", "Adds or replaces a rule");
  command->add_option("name", rule->name, "Its name")->required();
  command->add_option("--trigger", rule->trigger_tags, "A type or tag that triggers it")
      ->required()
      ->allow_extra_args(false);
  command->add_option("--invalidate", rule->invalidate_tags, "A tag or template to invalidate")
      ->allow_extra_args(false);
  command->add_option("--pattern", rule->pattern, "Keys to invalidate, as an RE2 expression");
  AddStrategyFlag(command, &rule->strategy);
  command->add_option("--priority", rule->priority, "Rules with a higher priority run first [0]");
  command->add_option("--condition", rule->condition,
                      "CEL expression; the rule fires only if it is true");
  command->add_option("--description", rule->description, "For people");
  AddAcceptFlag(command, &rule->accepted_warnings);
  command->add_flag("--disabled", *disabled, "Register the rule without enabling it");
  OnChosen(command, chosen, [rule, disabled](Session& session) -> absl::StatusOr<ExitCode> {
    rule->enabled = !*disabled;
    const auto result = session.client().RegisterInvalidationRule(*rule);
    return session.Show(result, [](const client::RuleRegistration& registration) {
      return absl::StrCat("rule ", registration.rule.name,
                          registration.replaced ? " replaced\n" : " added\n");
    });
  });
}

std::string AsText(const std::vector<DataRelationship>& relationships) {
  Table table({"NAME", "SOURCE", "TARGETS", "CARDINALITY", ">DEPTH", "TEMPLATE"});
  for (const DataRelationship& relationship : relationships) {
    table.Add({relationship.name, relationship.source_type,
               absl::StrJoin(relationship.target_types, " "), NameOf(relationship.cardinality),
               absl::StrCat(relationship.cascade_depth), relationship.target_tag_template});
  }
  return table.ToString();
}

void AddRegisterRelationship(CLI::App* group, Action& chosen) {
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
    return session.Show(result, [](const client::RelationshipRegistration& registration) {
      return absl::StrCat("relationship ", registration.relationship.name,
                          registration.replaced ? " replaced\n" : " added\n");
    });
  });
}

}  // namespace

void AddRuleCommands(CLI::App* app, Action& chosen) {
  CLI::App* group =
      app->add_subcommand("rule", "Rules: what to invalidate when something is written");
  group->require_subcommand(1);
  AddRegisterRule(group, chosen);
  AddRuleTrialCommand(group, chosen);

  auto name = std::make_shared<std::string>();
  CLI::App* get = group->add_subcommand("get", "Shows a rule and its statistics");
  get->add_option("name", *name, "Its name")->required();
  OnChosen(get, chosen, [name](Session& session) -> absl::StatusOr<ExitCode> {
    return session.Show(session.client().GetInvalidationRule(*name), RuleAsText);
  });

  CLI::App* list = group->add_subcommand("list", "Lists the rules in the order in which they run");
  OnChosen(list, chosen, [](Session& session) -> absl::StatusOr<ExitCode> {
    const auto rules = session.client().ListInvalidationRules();
    if (!rules.ok()) return rules.status();
    session.Print({client::ToJson(client::RulePage{.rules = *rules}), RulesAsText(*rules)});
    return ExitCode::kOk;
  });

  AddDelete(group, chosen, "rule", "Deletes a rule; a deleted default rule stays deleted",
            &client::Client::DeleteInvalidationRule);
}

void AddRelationshipCommands(CLI::App* app, Action& chosen) {
  CLI::App* group =
      app->add_subcommand("relationship", "Further types that a write to a type concerns");
  group->require_subcommand(1);
  AddRegisterRelationship(group, chosen);

  auto name = std::make_shared<std::string>();
  CLI::App* get = group->add_subcommand("get", "Shows a relationship");
  get->add_option("name", *name, "Its name")->required();
  OnChosen(get, chosen, [name](Session& session) -> absl::StatusOr<ExitCode> {
    return session.Show(session.client().GetDataRelationship(*name),
                        [](const DataRelationship& found) { return AsText({found}); });
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

  AddDelete(group, chosen, "relationship", "Deletes a relationship",
            &client::Client::DeleteDataRelationship);
}

}  // namespace cache_invalidation::cachectl
