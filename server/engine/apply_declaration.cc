#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/condition/condition.h"
#include "common/limits.h"
#include "server/engine/apply.h"
#include "server/engine/emission.h"
#include "server/engine/lint.h"

namespace cache_invalidation::engine {
namespace {

void EvictEverything(State& state, std::vector<Event>& events) {
  Emission emission(state, EventSource::kCall);
  emission.Add(InvalidationKind::kEvict, TargetKind::kEverything, "", Cause{CauseStep::kCall, ""});
  emission.Commit(events);
}

}  // namespace

void StoreRule(State& state, const Rule& rule) {
  state.rules.Put(rule);
  state.delta.push_back({RuleRecord{rule}});
  if (state.rule_counters.try_emplace(rule.name).second) {
    state.delta.push_back({RuleCountersRecord{rule.name, {}}});
  }
}

ApplyResult Apply(State& state, const RegisterRule& command, std::vector<Event>&) {
  const Rule& rule = command.rule;
  if (absl::Status status = CheckCondition(rule.condition); !status.ok()) return status;
  RegisterRuleResult result;
  result.replaced = state.rules.Find(rule.name) != nullptr;
  if (!result.replaced && state.rules.size() >= kMaxRulesPerNamespace) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the namespace holds ", kMaxRulesPerNamespace, " rules, which is its limit"));
  }
  StoreRule(state, rule);
  result.rule = rule;
  result.warnings = LintRule(rule);
  return result;
}

ApplyResult Apply(State& state, const DeleteRule& command, std::vector<Event>&) {
  const Rule* rule = state.rules.Find(command.name);
  if (rule == nullptr) return DeleteResult{false};
  RuleRecord record;
  record.rule.name = rule->name;
  state.delta.push_back({RuleCountersRecord{rule->name, {}}, /*deleted=*/true});
  state.delta.push_back({std::move(record), /*deleted=*/true});
  state.rule_counters.erase(rule->name);
  state.rules.Remove(command.name);
  return DeleteResult{true};
}

ApplyResult Apply(State& state, const RegisterRelationship& command, std::vector<Event>&) {
  const Relationship& relationship = command.relationship;
  RegisterRelationshipResult result;
  result.replaced = state.relationships.Find(relationship.name) != nullptr;
  if (!result.replaced && state.relationships.size() >= kMaxRelationshipsPerNamespace) {
    return absl::ResourceExhaustedError(absl::StrCat("the namespace holds ",
                                                     kMaxRelationshipsPerNamespace,
                                                     " relationships, which is its limit"));
  }
  state.relationships.Put(relationship);
  state.delta.push_back({RelationshipRecord{relationship}});
  result.relationship = relationship;
  result.warnings = LintRelationship(relationship);
  return result;
}

ApplyResult Apply(State& state, const DeleteRelationship& command, std::vector<Event>&) {
  const Relationship* relationship = state.relationships.Find(command.name);
  if (relationship == nullptr) return DeleteResult{false};
  RelationshipRecord record;
  record.relationship.name = relationship->name;
  state.delta.push_back({std::move(record), /*deleted=*/true});
  state.relationships.Remove(command.name);
  return DeleteResult{true};
}

ApplyResult Apply(State& state, const CreateNamespace& command, std::vector<Event>& events) {
  for (const Rule& rule : command.default_rules) StoreRule(state, rule);
  if (command.after == 0) return EmptyResult{};
  state.meta.head = command.after;
  EvictEverything(state, events);
  state.meta.floor = state.meta.head;
  return EmptyResult{};
}

ApplyResult Apply(State& state, const DeleteNamespace&, std::vector<Event>& events) {
  EvictEverything(state, events);
  return DeleteNamespaceResult{.found = true, .revision = state.meta.head};
}

}  // namespace cache_invalidation::engine
