#include "client/cachectl/commands.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "client/cachectl/flags.h"
#include "client/cachectl/names.h"
#include "client/cachectl/table.h"
#include "client/json.h"

namespace cache_invalidation::cachectl {
namespace {

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

void AddRegister(CLI::App* group, Action& chosen) {
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
    if (!result.ok()) return result.status();
    session.Warn(result->warnings);
    session.Print(
        {client::ToJson(*result), absl::StrCat("rule ", result->rule.name, " ",
                                               result->replaced ? "replaced" : "added", "\n")});
    return ExitCode::kOk;
  });
}

}  // namespace

void AddRuleCommands(CLI::App* app, Action& chosen) {
  CLI::App* group =
      app->add_subcommand("rule", "Rules: what to invalidate when something is written");
  group->require_subcommand(1);
  AddRegister(group, chosen);
  AddRuleTrialCommand(group, chosen);

  auto name = std::make_shared<std::string>();
  CLI::App* get = group->add_subcommand("get", "Shows a rule and its statistics");
  get->add_option("name", *name, "Its name")->required();
  OnChosen(get, chosen, [name](Session& session) -> absl::StatusOr<ExitCode> {
    const auto rule = session.client().GetInvalidationRule(*name);
    if (!rule.ok()) return rule.status();
    session.Print({client::ToJson(*rule), RuleAsText(*rule)});
    return ExitCode::kOk;
  });

  CLI::App* list = group->add_subcommand("list", "Lists the rules in the order in which they run");
  OnChosen(list, chosen, [](Session& session) -> absl::StatusOr<ExitCode> {
    const auto rules = session.client().ListInvalidationRules();
    if (!rules.ok()) return rules.status();
    session.Print({client::ToJson(client::RulePage{.rules = *rules}), RulesAsText(*rules)});
    return ExitCode::kOk;
  });

  CLI::App* remove =
      group->add_subcommand("delete", "Deletes a rule; a deleted default rule stays deleted");
  remove->add_option("name", *name, "Its name")->required();
  OnChosen(remove, chosen, [name](Session& session) -> absl::StatusOr<ExitCode> {
    const auto found = session.client().DeleteInvalidationRule(*name);
    if (!found.ok()) return found.status();
    if (!*found) return absl::NotFoundError(absl::StrCat("no rule is called ", *name));
    session.Print({R"({"found":true})", absl::StrCat("rule ", *name, " deleted\n")});
    return ExitCode::kOk;
  });
}

}  // namespace cache_invalidation::cachectl
