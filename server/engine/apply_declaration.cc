// SPDX-License-Identifier: Apache-2.0

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/limits.h"
#include "server/engine/apply.h"
#include "server/engine/emission.h"
#include "server/engine/lint.h"
#include "server/engine/prepared_declarations.h"

namespace cache_invalidation::engine {
namespace {

void EvictEverything(State& state, std::vector<Event>& events) {
  Emission emission(state, EventSource::kCall);
  emission.Add(InvalidationKind::kEvict, TargetKind::kEverything, "", Cause{CauseStep::kCall, ""});
  emission.Commit(events);
}

void StoreRelationship(State& state, const Relationship& relationship) {
  state.relationships.Put(relationship);
  state.delta.push_back({RelationshipRecord{relationship}});
}

// Return whether there was one.

bool RemoveRule(State& state, absl::string_view name) {
  const Rule* rule = state.rules.Find(name);
  if (rule == nullptr) return false;
  RuleRecord record;
  record.rule.name = rule->name;
  state.delta.push_back({RuleCountersRecord{rule->name, {}}, /*deleted=*/true});
  state.delta.push_back({std::move(record), /*deleted=*/true});
  state.rule_counters.erase(rule->name);
  state.rules.Remove(name);
  return true;
}

bool RemoveRelationship(State& state, absl::string_view name) {
  const Relationship* relationship = state.relationships.Find(name);
  if (relationship == nullptr) return false;
  RelationshipRecord record;
  record.relationship.name = relationship->name;
  state.delta.push_back({std::move(record), /*deleted=*/true});
  state.relationships.Remove(name);
  return true;
}

// Carries out the changes of one kind: the first ones are those of `declared`, in order.
template <typename Declared, typename Store, typename Remove>
void CarryOut(const std::vector<DeclarationResult>& changes, const std::vector<Declared>& declared,
              Store store, Remove remove) {
  for (size_t i = 0; i < changes.size(); ++i) {
    switch (changes[i].change) {
      case DeclarationChange::kAdded:
      case DeclarationChange::kReplaced:
        store(declared[i]);
        break;
      case DeclarationChange::kUnchanged:
        break;
      case DeclarationChange::kDeleted:
        remove(changes[i].name);
        break;
    }
  }
}

}  // namespace

void StoreRule(State& state, std::shared_ptr<const CompiledRule> compiled) {
  const Rule& rule = compiled->rule;
  state.rules.Put(std::move(compiled));
  state.delta.push_back({RuleRecord{rule}});
  if (state.rule_counters.try_emplace(rule.name).second) {
    state.delta.push_back({RuleCountersRecord{rule.name, {}}});
  }
}

ApplyResult Apply(State& state, const RegisterRule& command, std::vector<Event>&) {
  const Rule& rule = command.rule;
  const std::shared_ptr<const PreparedDeclarations> prepared =
      PreparedOnce(command.prepared, absl::MakeConstSpan(&rule, 1));
  const std::shared_ptr<const CompiledRule>& compiled = prepared->rules.front();
  if (compiled->condition.has_value() && !compiled->condition->ok()) {
    return compiled->condition->status();
  }
  RegisterRuleResult result;
  result.replaced = state.rules.Find(rule.name) != nullptr;
  if (!result.replaced && state.rules.size() >= kMaxRulesPerNamespace) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the namespace holds ", kMaxRulesPerNamespace, " rules, which is its limit"));
  }
  StoreRule(state, compiled);
  result.rule = rule;
  result.warnings = prepared->rule_warnings.front();
  return result;
}

ApplyResult Apply(State& state, const DeleteRule& command, std::vector<Event>&) {
  return DeleteResult{RemoveRule(state, command.name)};
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
  StoreRelationship(state, relationship);
  result.relationship = relationship;
  result.warnings = LintRelationship(relationship);
  return result;
}

ApplyResult Apply(State& state, const DeleteRelationship& command, std::vector<Event>&) {
  return DeleteResult{RemoveRelationship(state, command.name)};
}

ApplyResult Apply(State& state, const ApplyDeclarations& command, std::vector<Event>&) {
  const std::shared_ptr<const PreparedDeclarations> prepared =
      PreparedOnce(command.prepared, command.rules, command.relationships);
  absl::StatusOr<ApplyDeclarationsResult> result = DeclarationChanges(state, command, *prepared);
  if (!result.ok()) return result.status();
  CarryOut(
      result->rules, prepared->rules,
      [&](const std::shared_ptr<const CompiledRule>& rule) { StoreRule(state, rule); },
      [&](absl::string_view name) { RemoveRule(state, name); });
  CarryOut(
      result->relationships, command.relationships,
      [&](const Relationship& relationship) { StoreRelationship(state, relationship); },
      [&](absl::string_view name) { RemoveRelationship(state, name); });
  return *std::move(result);
}

ApplyResult Apply(State& state, const CreateNamespace& command, std::vector<Event>& events) {
  const std::shared_ptr<const PreparedDeclarations> prepared =
      PreparedOnce(command.prepared, command.default_rules);
  for (const std::shared_ptr<const CompiledRule>& rule : prepared->rules) StoreRule(state, rule);
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
