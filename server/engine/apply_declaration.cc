#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/condition/condition.h"
#include "common/limits.h"
#include "server/engine/apply.h"
#include "server/engine/lint.h"

namespace cache_invalidation::engine {

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
  RegisterRuleReply reply;
  reply.replaced = state.rules.Find(rule.name) != nullptr;
  if (!reply.replaced && state.rules.size() >= kMaxRulesPerNamespace) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the namespace holds ", kMaxRulesPerNamespace, " rules, which is its limit"));
  }
  StoreRule(state, rule);
  reply.rule = rule;
  reply.warnings = LintRule(rule);
  return reply;
}

ApplyResult Apply(State& state, const DeleteRule& command, std::vector<Event>&) {
  const Rule* rule = state.rules.Find(command.name);
  if (rule == nullptr) return DeleteReply{false};
  RuleRecord record;
  record.rule.name = rule->name;
  state.delta.push_back({RuleCountersRecord{rule->name, {}}, /*deleted=*/true});
  state.delta.push_back({std::move(record), /*deleted=*/true});
  state.rule_counters.erase(rule->name);
  state.rules.Remove(command.name);
  return DeleteReply{true};
}

ApplyResult Apply(State& state, const RegisterRelationship& command, std::vector<Event>&) {
  const Relationship& relationship = command.relationship;
  RegisterRelationshipReply reply;
  reply.replaced = state.relationships.Find(relationship.name) != nullptr;
  if (!reply.replaced && state.relationships.size() >= kMaxRelationshipsPerNamespace) {
    return absl::ResourceExhaustedError(absl::StrCat("the namespace holds ",
                                                     kMaxRelationshipsPerNamespace,
                                                     " relationships, which is its limit"));
  }
  state.relationships.Put(relationship);
  state.delta.push_back({RelationshipRecord{relationship}});
  reply.relationship = relationship;
  reply.warnings = LintRelationship(relationship);
  return reply;
}

ApplyResult Apply(State& state, const DeleteRelationship& command, std::vector<Event>&) {
  const Relationship* relationship = state.relationships.Find(command.name);
  if (relationship == nullptr) return DeleteReply{false};
  RelationshipRecord record;
  record.relationship.name = relationship->name;
  state.delta.push_back({std::move(record), /*deleted=*/true});
  state.relationships.Remove(command.name);
  return DeleteReply{true};
}

}  // namespace cache_invalidation::engine
