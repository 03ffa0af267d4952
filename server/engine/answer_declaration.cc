// SPDX-License-Identifier: Apache-2.0

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "common/limits.h"
#include "server/engine/apply.h"
#include "server/engine/prepared_declarations.h"

namespace cache_invalidation::engine {
namespace {

// The approximate size of a declaration's texts in a response.

size_t SizeOf(const std::vector<std::string>& texts) {
  size_t bytes = 0;
  for (const std::string& text : texts) bytes += text.size();
  return bytes;
}

size_t SizeOf(const Relationship& relationship) {
  return relationship.name.size() + relationship.source_type.size() +
         SizeOf(relationship.target_types) + relationship.target_tag_template.size() +
         relationship.description.size() + SizeOf(relationship.accepted_warnings);
}

size_t SizeOf(const Rule& rule) {
  size_t bytes = rule.name.size() + SizeOf(rule.trigger_tags) + SizeOf(rule.invalidate_tags) +
                 rule.pattern.size() + rule.condition.size() + rule.description.size() +
                 SizeOf(rule.accepted_warnings);
  for (const Relationship& relationship : rule.relationships) bytes += SizeOf(relationship);
  return bytes;
}

// Copies the first items, as many as fit in a response, at least one. Returns whether all were
// copied.
template <typename Item>
bool CopyWhatFits(const std::vector<const Item*>& items, std::vector<Item>& copies) {
  size_t bytes = 0;
  for (const Item* item : items) {
    bytes += SizeOf(*item);
    if (!copies.empty() && bytes > kMaxAnswerBytes) return false;
    copies.push_back(*item);
  }
  return true;
}

}  // namespace

Result Answer(const State& state, const GetRule& query, absl::Time) {
  GetRuleResult result;
  const Rule* rule = state.rules.Find(query.name);
  if (rule == nullptr) return result;
  result.rule = *rule;
  result.counters = state.rule_counters.find(query.name)->second;
  return result;
}

Result Answer(const State& state, const ListRules& query, absl::Time) {
  ListRulesResult result;
  const RuleSet::Page page = state.rules.List(query);
  result.more = !CopyWhatFits(page.rules, result.rules) || page.more;
  return result;
}

Result Answer(const State& state, const GetRelationship& query, absl::Time) {
  GetRelationshipResult result;
  const Relationship* relationship = state.relationships.Find(query.name);
  if (relationship != nullptr) result.relationship = *relationship;
  return result;
}

Result Answer(const State& state, const ListRelationships& query, absl::Time) {
  ListRelationshipsResult result;
  const RelationshipSet::Page page = state.relationships.List(query);
  result.more = !CopyWhatFits(page.relationships, result.relationships) || page.more;
  return result;
}

Result Answer(const State& state, const GetInvalidationStats&, absl::Time) {
  InvalidationStats stats;
  const MetaRecord& meta = state.meta;
  stats.rules = state.rules.size();
  stats.relationships = state.relationships.size();
  stats.immediate_invalidations = meta.immediate_invalidations;
  stats.batched_invalidations = meta.batched_invalidations;
  stats.lazy_invalidations = meta.lazy_invalidations;
  stats.cascade_invalidations = meta.cascade_invalidations;
  stats.widened = meta.widened;
  stats.pending_targets = state.pending.targets();
  stats.tracked_entries = state.graph.tracked_entries();
  stats.dependency_edges = state.graph.edges();
  stats.unchecked_fills = meta.unchecked_fills;
  stats.refused_fills = meta.refused_fills;
  stats.dropped_entries = meta.dropped_entries;
  stats.revision = meta.head;
  state.rules.ForEach([&](const Rule& rule) {
    stats.rule_details.push_back({rule.name, rule.priority, rule.strategy, rule.enabled,
                                  state.rule_counters.find(rule.name)->second});
  });
  return stats;
}

Result Answer(const State& state, const ValidateDeclarations& query, absl::Time) {
  const ApplyDeclarations& asked = query.declarations;
  absl::StatusOr<ApplyDeclarationsResult> result = DeclarationChanges(
      state, asked, *PreparedOnce(asked.prepared, asked.rules, asked.relationships));
  if (result.ok()) return *std::move(result);
  ApplyDeclarationsResult refused;
  refused.refusal = result.status();
  return refused;
}

}  // namespace cache_invalidation::engine
