// SPDX-License-Identifier: Apache-2.0

#include <algorithm>

#include "tests/reference/apply.h"

namespace cache_invalidation::reference {
namespace {

bool RunsBefore(int32_t priority, absl::string_view name, const engine::Rule& rule) {
  return priority != rule.priority ? priority > rule.priority : name < absl::string_view(rule.name);
}

std::vector<engine::Rule> RulesInOrder(const State& state) {
  std::vector<engine::Rule> rules;
  for (const auto& [name, rule] : state.rules) rules.push_back(rule);
  std::sort(rules.begin(), rules.end(), [](const engine::Rule& a, const engine::Rule& b) {
    return RunsBefore(a.priority, a.name, b);
  });
  return rules;
}

// Cuts a list that was collected from where the page begins; answers whether anything is left.
template <typename Item>
bool CutToPage(std::vector<Item>& items, uint32_t limit) {
  if (items.size() <= limit) return false;
  items.resize(limit);
  return true;
}

engine::DependencyEdge Describe(const State& state, const Edge& edge) {
  engine::DependencyEdge described{edge.key, edge.kind, edge.name, false, false, std::nullopt};
  auto declaration = state.declarations.find(edge);
  if (declaration != state.declarations.end()) {
    described.declared = true;
    described.expires = declaration->second;
  }
  auto entry = state.entries.find(edge.key);
  described.owned =
      entry != state.entries.end() && entry->second.depends_on.contains(edge.depends_on());
  return described;
}

}  // namespace

engine::Result Answer(const State& state, const engine::GetRule& query) {
  engine::GetRuleResult result;
  auto rule = state.rules.find(std::string(query.name));
  if (rule != state.rules.end()) {
    result.rule = rule->second;
    result.counters = state.rule_counters.at(rule->first);
  }
  return result;
}

engine::Result Answer(const State& state, const engine::ListRules& query) {
  engine::ListRulesResult result;
  for (const engine::Rule& rule : RulesInOrder(state)) {
    if (query.after_name.empty() || RunsBefore(query.after_priority, query.after_name, rule)) {
      result.rules.push_back(rule);
    }
  }
  result.more = CutToPage(result.rules, query.limit);
  return result;
}

engine::Result Answer(const State& state, const engine::GetRelationship& query) {
  engine::GetRelationshipResult result;
  auto found = state.relationships.find(std::string(query.name));
  if (found != state.relationships.end()) result.relationship = found->second;
  return result;
}

engine::Result Answer(const State& state, const engine::ListRelationships& query) {
  engine::ListRelationshipsResult result;
  for (const auto& [name, relationship] : state.relationships) {
    const bool wanted = query.source_type.empty() ||
                        absl::string_view(relationship.source_type) == query.source_type;
    if (wanted && absl::string_view(name) > query.after_name) {
      result.relationships.push_back(relationship);
    }
  }
  result.more = CutToPage(result.relationships, query.limit);
  return result;
}

engine::Result Answer(const State& state, const engine::ListCacheDependencies& query) {
  engine::ListCacheDependenciesResult result;
  const Edge after{std::string(query.after_key), query.after_kind, std::string(query.after_name)};
  for (const Edge& edge : AllEdges(state)) {
    const std::string& end = query.dependents ? edge.name : edge.key;
    if (absl::string_view(end) == query.name && (query.after_key.empty() || after < edge)) {
      result.edges.push_back(Describe(state, edge));
    }
  }
  result.more = CutToPage(result.edges, query.limit);
  return result;
}

engine::Result Answer(const State& state, const engine::LookupEntry& query) {
  engine::LookupEntryResult result;
  result.revision = state.head;
  const Entry* entry = FindTracked(state, std::string(query.key));
  if (entry == nullptr) return result;
  result.state = entry->stale ? engine::EntryState::kStale : engine::EntryState::kFresh;
  result.tags.assign(entry->tags.begin(), entry->tags.end());
  if (entry->expires.has_value()) result.ttl = *entry->expires - state.now;
  result.fill_id = entry->fill_id;
  return result;
}

engine::Result Answer(const State& state, const engine::GetInvalidationStats&) {
  engine::InvalidationStats stats = state.counters;
  stats.rules = state.rules.size();
  stats.relationships = state.relationships.size();
  stats.pending_targets = PendingTargets(state);
  stats.revision = state.head;
  for (const engine::Rule& rule : RulesInOrder(state)) {
    stats.rule_details.push_back(
        {rule.name, rule.priority, rule.strategy, rule.enabled, state.rule_counters.at(rule.name)});
  }
  return stats;
}

}  // namespace cache_invalidation::reference
