// SPDX-License-Identifier: Apache-2.0

#include "client/cachectl/rule_trial.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "client/cachectl/commands.h"
#include "client/cachectl/declaration_file.h"
#include "client/declarations.h"
#include "client/json_text/json_text.h"
#include "common/condition/condition.h"
#include "common/tag.h"
#include "common/write_event.h"

namespace cache_invalidation::cachectl {
namespace {

class Context final : public JsonSource {
 public:
  explicit Context(const JsonValue::Object& fields) : value_(CompleteContext(fields)) {}
  const JsonValue& Get() const override { return value_; }

 private:
  const JsonValue value_;
};

// Returns the first trigger that the write meets, by the rules of the engine's RuleSet::Matches;
// empty if none. A write without an id concerns the whole type, and so every tag below it.
std::string TriggerOf(const client::InvalidationRule& rule, const client::WriteEvent& write) {
  std::vector<std::string> met = {write.resource_type};
  if (!write.resource_id.empty()) met = ResourceTags(write.resource_type, write.resource_id);
  met.insert(met.end(), write.tags.begin(), write.tags.end());
  for (const std::string& trigger : rule.trigger_tags) {
    for (const std::string& tag : met) {
      if (IsSelfOrAncestor(trigger, tag)) return trigger;
    }
    if (write.resource_id.empty() && IsSelfOrAncestor(write.resource_type, trigger)) return trigger;
  }
  return "";
}

std::string Verdict(const RuleTrial& trial) {
  if (!trial.enabled) return "does not fire: not enabled";
  if (trial.trigger.empty()) return "does not fire: the write meets no trigger";
  if (!trial.holds) return "does not fire: the condition is false";
  if (trial.error.empty()) return absl::StrCat("fires: trigger ", trial.trigger);
  return absl::StrCat("fires: trigger ", trial.trigger,
                      "; the condition counts as true: ", trial.error);
}

std::string JsonOf(const RuleTrial& trial) {
  std::string parts;
  for (const RuleTrial::Part& part : trial.parts) {
    absl::StrAppend(&parts, parts.empty() ? "" : ",", "{\"depth\":", part.depth,
                    ",\"expression\":", QuoteJson(part.expression),
                    ",\"value\":", QuoteJson(part.value), "}");
  }
  const auto text = [](bool value) { return value ? "true" : "false"; };
  return absl::StrCat(
      "{\"name\":", QuoteJson(trial.name), ",\"fires\":", text(trial.fires()),
      ",\"enabled\":", text(trial.enabled), ",\"trigger\":", QuoteJson(trial.trigger),
      ",\"condition\":", QuoteJson(trial.condition), ",\"holds\":", text(trial.holds),
      ",\"error\":", QuoteJson(trial.error), ",\"cost\":", trial.cost, ",\"parts\":[", parts, "]}");
}

absl::Status Expected(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("write: expected ", what));
}

absl::Status Read(const std::string& name, const JsonText& value, client::WriteEvent& write) {
  std::string* text = nullptr;
  if (name == "resource_type" || name == "resourceType") text = &write.resource_type;
  if (name == "resource_id" || name == "resourceId") text = &write.resource_id;
  if (name == "operation") text = &write.operation;
  if (text != nullptr) {
    if (value.kind != JsonText::Kind::kString) return Expected(absl::StrCat("a string as ", name));
    *text = value.text;
  } else if (name == "tags") {
    if (value.kind != JsonText::Kind::kList) return Expected("a list as tags");
    for (const JsonText& tag : value.elements) {
      if (tag.kind != JsonText::Kind::kString) return Expected("strings in tags");
      write.tags.push_back(tag.text);
    }
  } else if (name == "context") {
    if (value.kind != JsonText::Kind::kObject) return Expected("an object as context");
    write.context = *ToJsonValue(value).as_object();
  } else {
    return Expected(
        absl::StrCat("resource_type, resource_id, operation, context or tags, got \"", name, "\""));
  }
  return absl::OkStatus();
}

struct TrialFlags {
  std::string file;
  std::string write;
  std::string only;
};

absl::StatusOr<ExitCode> RunTrial(const TrialFlags& flags, Session& session) {
  const absl::StatusOr<client::WriteEvent> write = WriteEventFromJson(flags.write);
  if (!write.ok()) return write.status();
  const absl::StatusOr<DeclarationFile> file = ReadDeclarations(flags.file, session.in());
  if (!file.ok()) return file.status();
  std::vector<RuleTrial> trials;
  const std::vector<client::InvalidationRule>& rules = file->declarations.rules;
  for (size_t i = 0; i < rules.size(); ++i) {
    if (!flags.only.empty() && rules[i].name != flags.only) continue;
    absl::StatusOr<RuleTrial> trial = TryRule(rules[i], *write);
    if (!trial.ok()) {
      const int line = client::LineOf(file->text, absl::StrCat("rules[", i, "]"));
      return absl::Status(trial.status().code(),
                          absl::StrCat(flags.file, ":", line, ": ", trial.status().message()));
    }
    trials.push_back(*std::move(trial));
  }
  if (trials.empty()) {
    return absl::NotFoundError(
        flags.only.empty() ? absl::StrCat(flags.file, " holds no rules")
                           : absl::StrCat("no rule in ", flags.file, " is called ", flags.only));
  }
  session.Print(ReportOf(trials));
  return ExitCode::kOk;
}

}  // namespace

absl::StatusOr<RuleTrial> TryRule(const client::InvalidationRule& rule,
                                  const client::WriteEvent& write) {
  RuleTrial trial{.name = rule.name,
                  .condition = rule.condition,
                  .enabled = rule.enabled,
                  .trigger = TriggerOf(rule, write)};
  if (rule.condition.empty()) return trial;
  const absl::StatusOr<Condition> condition = Condition::Parse(rule.condition);
  if (!condition.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(rule.name, ".condition: ", condition.status().message()));
  }
  if (write.resource_id.empty()) {
    trial.error = "the write concerns the whole type, not one row";
    return trial;
  }
  const Context context(write.context);
  const cache_invalidation::WriteEvent input{.resource_type = write.resource_type,
                                             .resource_id = write.resource_id,
                                             .operation = write.operation,
                                             .tags = {write.tags.begin(), write.tags.end()},
                                             .context = &context};
  const Condition::Outcome outcome = condition->Evaluate(input);
  trial.holds = outcome.holds;
  trial.error = std::string(outcome.error.message());
  trial.cost = outcome.cost;
  for (Condition::Step& step : condition->Trace(input)) {
    trial.parts.push_back(
        {step.depth, rule.condition.substr(step.source.begin, step.source.end - step.source.begin),
         std::move(step.value)});
  }
  return trial;
}

Report ReportOf(const std::vector<RuleTrial>& trials) {
  Report report{"{\"rules\":[", ""};
  for (const RuleTrial& trial : trials) {
    absl::StrAppend(&report.json, &trial == &trials.front() ? "" : ",", JsonOf(trial));
    absl::StrAppend(&report.text, trial.name, " ", Verdict(trial), "\n");
    for (const RuleTrial::Part& part : trial.parts) {
      absl::StrAppend(&report.text, std::string(2 + 2 * part.depth, ' '), part.expression, " => ",
                      part.value, "\n");
    }
  }
  absl::StrAppend(&report.json, "]}");
  return report;
}

absl::StatusOr<client::WriteEvent> WriteEventFromJson(absl::string_view json) {
  const absl::StatusOr<JsonText> parsed = ParseJson(json);
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("write: ", parsed.status().message()));
  }
  if (parsed->kind != JsonText::Kind::kObject) return Expected("a JSON object");
  client::WriteEvent write;
  for (const auto& [name, value] : parsed->members) {
    if (absl::Status status = Read(name, value, write); !status.ok()) return status;
  }
  if (write.resource_type.empty()) return Expected("a resource_type");
  return write;
}

void AddRuleTrialCommand(CLI::App* group, Action& chosen) {
  auto flags = std::make_shared<TrialFlags>();
  CLI::App* command = group->add_subcommand(
      "test", "Shows whether the rules of a file would fire for a write; needs no service");
  command->add_option("-f,--file", flags->file, "YAML or JSON as for apply, - for standard input")
      ->required();
  command
      ->add_option("--write", flags->write,
                   "The write as JSON: resource_type, resource_id, operation, context, tags")
      ->required();
  command->add_option("--rule", flags->only, "Only the rule of this name");
  command->footer(
      "Shows the value of each part of a condition that was evaluated. The result depends on the\n"
      "file alone: default rules and registered rules are not considered.");
  OnChosen(command, chosen, [flags](Session& session) { return RunTrial(*flags, session); });
}

}  // namespace cache_invalidation::cachectl
