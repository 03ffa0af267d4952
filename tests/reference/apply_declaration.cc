// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/reference/apply.h"
#include "tests/reference/condition.h"
#include "tests/reference/publish.h"

namespace cache_invalidation::reference {
namespace {

constexpr size_t kMostRules = 1000;
constexpr size_t kMostRelationships = 1000;
constexpr uint32_t kDepthWithoutWarning = 2;

// What stands for warnings: the model does not know their words.
const char kWarning[] = "warning";

bool TooDeep(const engine::Relationship& relationship) {
  return relationship.cascade_depth > kDepthWithoutWarning;
}

bool DeservesWarning(const engine::Rule& rule) {
  for (const std::string& tag : rule.invalidate_tags) {
    if (tag.find(':') == std::string::npos) return true;
  }
  return std::any_of(rule.relationships.begin(), rule.relationships.end(), TooDeep);
}

OwnedEvent DropEverything() {
  const OwnedCause cause{engine::CauseStep::kCall, "", false};
  return {0,
          engine::EventSource::kCall,
          {{engine::InvalidationKind::kEvict, engine::TargetKind::kEverything, "", {cause}}}};
}

Prediction Refuse(absl::StatusCode code) {
  Prediction prediction;
  prediction.status = absl::Status(code, "refused");
  return prediction;
}

template <typename Declaration>
engine::DeclarationResult Declare(const Declaration& declaration,
                                  std::map<std::string, Declaration>& declared) {
  engine::DeclarationResult result{declaration.name, engine::DeclarationChange::kAdded, {}};
  const auto before = declared.find(declaration.name);
  if (before != declared.end()) {
    result.change = before->second == declaration ? engine::DeclarationChange::kUnchanged
                                                  : engine::DeclarationChange::kReplaced;
  }
  declared[declaration.name] = declaration;
  return result;
}

template <typename Declaration>
void Prune(const std::vector<Declaration>& named, std::map<std::string, Declaration>& declared,
           std::vector<engine::DeclarationResult>& results) {
  for (auto at = declared.begin(); at != declared.end();) {
    const bool keep = std::any_of(named.begin(), named.end(), [&](const Declaration& declaration) {
      return declaration.name == at->first;
    });
    if (!keep) results.push_back({at->first, engine::DeclarationChange::kDeleted, {}});
    at = keep ? std::next(at) : declared.erase(at);
  }
}

}  // namespace

Prediction Apply(State& state, const engine::RegisterRule& command) {
  const std::string& name = command.rule.name;
  if (IsMalformed(command.rule.condition)) return Refuse(absl::StatusCode::kInvalidArgument);
  const bool replaced = state.rules.contains(name);
  if (!replaced && state.rules.size() >= kMostRules) {
    return Refuse(absl::StatusCode::kResourceExhausted);
  }
  state.rules[name] = command.rule;
  state.rule_counters.insert({name, {}});
  engine::RegisterRuleResult result{command.rule, {}, replaced};
  if (DeservesWarning(command.rule)) result.warnings.push_back(kWarning);
  return {absl::OkStatus(), result, {}, {}};
}

Prediction Apply(State& state, const engine::DeleteRule& command) {
  const std::string name(command.name);
  state.rule_counters.erase(name);
  return {absl::OkStatus(), engine::DeleteResult{state.rules.erase(name) != 0}, {}, {}};
}

Prediction Apply(State& state, const engine::RegisterRelationship& command) {
  const std::string& name = command.relationship.name;
  const bool replaced = state.relationships.contains(name);
  if (!replaced && state.relationships.size() >= kMostRelationships) {
    return Refuse(absl::StatusCode::kResourceExhausted);
  }
  state.relationships[name] = command.relationship;
  engine::RegisterRelationshipResult result{command.relationship, {}, replaced};
  if (TooDeep(command.relationship)) result.warnings.push_back(kWarning);
  return {absl::OkStatus(), result, {}, {}};
}

Prediction Apply(State& state, const engine::DeleteRelationship& command) {
  const bool found = state.relationships.erase(std::string(command.name)) != 0;
  return {absl::OkStatus(), engine::DeleteResult{found}, {}, {}};
}

// Declares one after the other, in a copy, and then deletes what was not named.
Prediction Apply(State& state, const engine::ApplyDeclarations& command) {
  State next = state;
  engine::ApplyDeclarationsResult result;
  for (const engine::Rule& rule : command.rules) {
    if (IsMalformed(rule.condition)) return Refuse(absl::StatusCode::kInvalidArgument);
    result.rules.push_back(Declare(rule, next.rules));
    if (DeservesWarning(rule)) result.rules.back().warnings.push_back(kWarning);
    next.rule_counters.insert({rule.name, {}});
  }
  for (const engine::Relationship& relationship : command.relationships) {
    result.relationships.push_back(Declare(relationship, next.relationships));
    if (TooDeep(relationship)) result.relationships.back().warnings.push_back(kWarning);
  }
  if (command.prune) {
    Prune(command.rules, next.rules, result.rules);
    Prune(command.relationships, next.relationships, result.relationships);
    std::erase_if(next.rule_counters,
                  [&](const auto& counters) { return !next.rules.contains(counters.first); });
  }
  if (next.rules.size() > kMostRules || next.relationships.size() > kMostRelationships) {
    return Refuse(absl::StatusCode::kResourceExhausted);
  }
  state = std::move(next);
  return {absl::OkStatus(), result, {}, {}};
}

engine::Result Answer(const State& state, const engine::ValidateDeclarations& query) {
  State next = state;
  const Prediction prediction = Apply(next, query.declarations);
  if (prediction.status.ok()) return prediction.result;
  engine::ApplyDeclarationsResult refused;
  refused.refusal = prediction.status;
  return refused;
}

Prediction Apply(State& state, const engine::CreateNamespace& command) {
  for (const engine::Rule& rule : command.default_rules) {
    state.rules[rule.name] = rule;
    state.rule_counters.insert({rule.name, {}});
  }
  Prediction prediction{absl::OkStatus(), engine::EmptyResult{}, {}, {}};
  if (command.after == 0) return prediction;
  state.head = command.after;
  Publish(state, DropEverything(), prediction.events);
  state.floor = state.head;
  return prediction;
}

Prediction Apply(State& state, const engine::DeleteNamespace&) {
  Prediction prediction;
  Publish(state, DropEverything(), prediction.events);
  prediction.result = engine::DeleteNamespaceResult{true, state.head};
  return prediction;
}

}  // namespace cache_invalidation::reference
