// SPDX-License-Identifier: Apache-2.0

#include "tests/reference/plan.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/reference/condition.h"
#include "tests/reference/expansion.h"
#include "tests/reference/rendering.h"

namespace cache_invalidation::reference {
namespace {

using engine::CauseStep;
using engine::Strategy;
using engine::TargetKind;

std::vector<engine::Relationship> Registered(const State& state) {
  std::vector<engine::Relationship> all;
  for (const auto& [name, relationship] : state.relationships) all.push_back(relationship);
  return all;
}

TemplateValues ValuesOf(const engine::WriteEvent& write) {
  return {std::string(write.resource_id), std::string(write.operation),
          write.context == nullptr ? nullptr : &write.context->Get()};
}

// The resource tag, or what stands above it if it is too deep, and the one with the escaped id if
// that is another and fits.
std::set<std::string> ResourceTagsOf(const engine::WriteEvent& write) {
  const std::string id = absl::StrReplaceAll(write.resource_id, {{"%", "%25"}, {":", "%3A"}});
  std::set<std::string> tags = {
      WithoutDeepLevels(absl::StrCat(write.resource_type, ":", write.resource_id))};
  const std::string escaped = absl::StrCat(write.resource_type, ":", id);
  if (escaped.size() <= 1024) tags.insert(escaped);
  return tags;
}

Needs ScopeOf(bool has_id) { return has_id ? Needs::kWrittenId : Needs::kNothing; }

// A step under construction: remembers which tags one write widened in it.
struct StepBuilder {
  PlannedStep step;
  std::set<std::string> widened;  // of the current write

  void Add(TargetKind target, absl::string_view name, OwnedCause cause) {
    if (cause.widened) widened.insert(std::string(name));
    step.targets.insert({target, std::string(name), cause});
  }
  void AddTag(absl::string_view tag, CauseStep step_kind, absl::string_view cause, bool wide) {
    Add(TargetKind::kTag, tag, {step_kind, std::string(cause), wide});
  }
  void MarkConditionFailed() {
    std::set<PlannedTarget> marked;
    for (PlannedTarget target : step.targets) {
      target.cause.condition_failed = true;
      marked.insert(std::move(target));
    }
    step.targets = std::move(marked);
  }
  uint64_t EndWrite() {
    const uint64_t count = widened.size();
    widened.clear();
    return count;
  }
};

PlannedStep DirectStep(const engine::InvalidateByWrites& command, Plan& plan) {
  StepBuilder builder;
  for (const engine::WriteEvent& write : command.writes) {
    plan.counted.push_back(Strategy::kImmediate);
    if (write.resource_id.empty()) {
      builder.AddTag(write.resource_type, CauseStep::kDirect, "", true);
    } else {
      const std::string whole = absl::StrCat(write.resource_type, ":", write.resource_id);
      for (const std::string& tag : ResourceTagsOf(write)) {
        const bool is_cut = tag == WithoutDeepLevels(whole) && tag != whole;
        builder.AddTag(tag, CauseStep::kDirect, "", is_cut);
      }
      builder.AddTag(absl::StrCat(write.resource_type, ":#all"), CauseStep::kDirect, "", false);
    }
    for (absl::string_view tag : write.tags) builder.AddTag(tag, CauseStep::kDirect, "", false);
    plan.widened += builder.EndWrite();
  }
  return builder.step;
}

PlannedStep RelationshipStep(const State& state, const engine::InvalidateByWrites& command,
                             Plan& plan) {
  StepBuilder builder;
  for (const engine::WriteEvent& write : command.writes) {
    std::set<std::string> traversed;
    for (const ExpandedTag& hop :
         ExpandType(Registered(state), std::string(write.resource_type),
                    ScopeOf(!write.resource_id.empty()), ValuesOf(write))) {
      traversed.insert(hop.relationship);
      builder.AddTag(hop.tag, CauseStep::kRelationship, hop.relationship, hop.widened);
    }
    plan.counted.insert(plan.counted.end(), traversed.size(), Strategy::kImmediate);
    plan.widened += builder.EndWrite();
  }
  return builder.step;
}

bool IsTriggered(const engine::Rule& rule, const engine::WriteEvent& write) {
  if (!rule.enabled) return false;
  std::vector<std::string> written = {std::string(write.resource_type)};
  if (!write.resource_id.empty()) {
    for (const std::string& tag : ResourceTagsOf(write)) written.push_back(tag);
  }
  for (absl::string_view tag : write.tags) written.push_back(std::string(tag));
  for (const std::string& trigger : rule.trigger_tags) {
    for (const std::string& tag : written) {
      if (AtOrBelow(tag, trigger)) return true;
    }
    // A write to the whole type is a write to each of its rows.
    if (write.resource_id.empty() && AtOrBelow(trigger, write.resource_type)) return true;
  }
  return false;
}

// What strategy CASCADE adds to a step: the relationships of the types at the front of its tags.
void AddCascade(const State& state, absl::string_view cause, const TemplateValues& values,
                const std::set<std::string>& tags, StepBuilder& builder) {
  for (const std::string& tag : tags) {
    const std::string type = tag.substr(0, tag.find(':'));
    for (const ExpandedTag& hop : ExpandType(Registered(state), type, Needs::kNothing, values)) {
      builder.AddTag(hop.tag, CauseStep::kCascade, cause, hop.widened);
    }
  }
}

// What one write makes of a rule's targets.
void AddRuleTargets(const State& state, const engine::Rule& rule, const engine::WriteEvent& write,
                    StepBuilder& builder) {
  const TemplateValues values = ValuesOf(write);
  std::set<std::string> tags;
  for (const std::string& form : rule.invalidate_tags) {
    const RenderedTags rendered = Render(form, values);
    for (const std::string& tag : rendered.tags) {
      builder.AddTag(tag, CauseStep::kRule, rule.name, false);
      tags.insert(tag);
    }
    for (const std::string& tag : rendered.widened) {
      builder.AddTag(tag, CauseStep::kRule, rule.name, true);
      tags.insert(tag);
    }
  }
  std::vector<engine::Relationship> relationships = Registered(state);
  relationships.insert(relationships.end(), rule.relationships.begin(), rule.relationships.end());
  for (const engine::Relationship& attached : rule.relationships) {
    const bool has_id = attached.source_type == write.resource_type && !write.resource_id.empty();
    for (const ExpandedTag& hop : ExpandFrom(attached, relationships, ScopeOf(has_id), values)) {
      builder.AddTag(hop.tag, CauseStep::kRule, rule.name, hop.widened);
      tags.insert(hop.tag);
    }
  }
  if (!rule.pattern.empty()) {
    builder.Add(TargetKind::kPattern, rule.pattern, {CauseStep::kRule, rule.name, false});
  }
  if (rule.strategy == Strategy::kCascade) AddCascade(state, rule.name, values, tags, builder);
}

std::vector<engine::Rule> InOrder(const State& state) {
  std::vector<engine::Rule> rules;
  for (const auto& [name, rule] : state.rules) rules.push_back(rule);
  std::stable_sort(rules.begin(), rules.end(), [](const engine::Rule& a, const engine::Rule& b) {
    return a.priority > b.priority;
  });
  return rules;
}

}  // namespace

Plan PlanWrites(const State& state, const engine::InvalidateByWrites& command) {
  Plan plan;
  plan.steps.push_back(DirectStep(command, plan));
  plan.steps.push_back(RelationshipStep(state, command, plan));
  for (const engine::Rule& rule : InOrder(state)) {
    StepBuilder builder;
    bool fired = false;
    bool failed = false;
    for (const engine::WriteEvent& write : command.writes) {
      if (!IsTriggered(rule, write)) continue;
      const ConditionResult answer = Ask(rule.condition, write);
      if (answer == ConditionResult::kFalse) continue;
      fired = true;
      if (answer == ConditionResult::kFailed) {
        failed = true;
        plan.failures.push_back(rule.name);
      }
      plan.firings.push_back(rule.name);
      plan.counted.push_back(rule.strategy);
      AddRuleTargets(state, rule, write, builder);
      plan.widened += builder.EndWrite();
    }
    if (!fired) continue;
    if (failed) builder.MarkConditionFailed();
    plan.rules_fired.push_back(rule.name);
    builder.step.strategy = rule.strategy;
    builder.step.batched = rule.strategy == Strategy::kBatched && !command.immediate;
    plan.steps.push_back(builder.step);
  }
  return plan;
}

Plan PlanCall(const State& state, const engine::Invalidate& command) {
  Plan plan;
  plan.counted.push_back(command.strategy);
  StepBuilder builder;
  builder.step.strategy = command.strategy;
  builder.step.batched = command.strategy == Strategy::kBatched && !command.immediate;
  const OwnedCause cause{CauseStep::kCall, "", false};
  if (command.everything) builder.Add(TargetKind::kEverything, "", cause);
  for (absl::string_view key : command.keys) builder.Add(TargetKind::kKey, key, cause);
  if (!command.pattern.empty()) builder.Add(TargetKind::kPattern, command.pattern, cause);
  std::set<std::string> tags;
  for (absl::string_view tag : command.tags) {
    builder.Add(TargetKind::kTag, tag, cause);
    tags.insert(std::string(tag));
  }
  plan.steps.push_back(builder.step);
  if (command.strategy == Strategy::kCascade) {
    StepBuilder cascade;
    cascade.step.strategy = command.strategy;
    AddCascade(state, "", {}, tags, cascade);
    plan.widened = cascade.EndWrite();
    plan.steps.push_back(cascade.step);
  }
  return plan;
}

std::set<TargetName> TargetsNow(const Plan& plan) {
  std::set<TargetName> names;
  for (const PlannedStep& step : plan.steps) {
    if (step.batched) continue;
    for (const PlannedTarget& target : step.targets) names.insert({target.target, target.name});
  }
  return names;
}

std::set<TargetName> TargetsBatched(const Plan& plan) {
  std::set<TargetName> names;
  for (const PlannedStep& step : plan.steps) {
    if (!step.batched) continue;
    for (const PlannedTarget& target : step.targets) names.insert({target.target, target.name});
  }
  return names;
}

}  // namespace cache_invalidation::reference
