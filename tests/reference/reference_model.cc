// SPDX-License-Identifier: Apache-2.0

#include "tests/reference/reference_model.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

#include "common/check.h"
#include "tests/reference/apply.h"
#include "tests/reference/freshness.h"
#include "tests/reference/overflow.h"
#include "tests/reference/plan.h"
#include "tests/reference/spread.h"

namespace cache_invalidation::reference {
namespace {

using engine::NameKind;
using engine::TargetKind;

// Whether the plan hits an entry with these tags or reaches its key.
bool Reaches(const State& state, const std::set<TargetName>& targets, const std::string& key,
             const std::set<std::string>& tags) {
  for (const auto& [type, name] : targets) {
    if (type == TargetKind::kKey && name == key) return true;
    if (type == TargetKind::kPattern && Matches(name, key)) return true;
    for (const std::string& tag : tags) {
      if (type == TargetKind::kTag && AtOrBelow(tag, name)) return true;
    }
  }
  return Spread(state, targets, {}).contains(key);
}

}  // namespace

Prediction ReferenceModel::Apply(const engine::Command& command, absl::Time now,
                                 const Observed* observed) {
  State next = At(now);
  Prediction prediction = std::visit(
      [&](const auto& typed) {
        if constexpr (requires { reference::Apply(next, typed, observed); }) {
          return reference::Apply(next, typed, observed);
        } else {
          return reference::Apply(next, typed);
        }
      },
      command);
  if (prediction.status.ok()) state_ = std::move(next);
  return prediction;
}

engine::Result ReferenceModel::Answer(const engine::Query& query, absl::Time now) const {
  const State state = At(now);
  return std::visit(
      [&](const auto& typed) -> engine::Result {
        using T = std::decay_t<decltype(typed)>;
        if constexpr (std::is_same_v<T, engine::Validate> ||
                      std::is_same_v<T, engine::ExplainWrite>) {
          CheckFailed("this query has its own method", __FILE__, __LINE__);
        } else {
          return reference::Answer(state, typed);
        }
      },
      query);
}

ExpectedValidation ReferenceModel::ExpectValidation(const engine::Validate& query,
                                                    absl::Time now) const {
  const State state = At(now);
  ExpectedValidation expected;
  const bool known = KnownPosition(state, query.position);
  for (const engine::KeyWithTags& asked : query.keys) {
    const std::string key(asked.key);
    std::set<Node> nodes = {{key, NameKind::kKey}};
    for (absl::string_view tag : asked.tags) nodes.insert({std::string(tag), NameKind::kTag});
    const Entry* entry = FindTracked(state, key);
    const bool is_of_fill = asked.fill_id.empty() ||
                            (entry != nullptr && !entry->stale && entry->fill_id == asked.fill_id);
    Moved moved = Moved::kYes;
    if (known && is_of_fill && (entry != nullptr || !asked.tags.empty())) {
      moved = std::max(AnyMoved(state, nodes, query.position.revision, "", key),
                       EndMoved(state, key, query.position.revision));
    }
    expected.keys_may.push_back(moved != Moved::kNo);
    expected.keys_must.push_back(moved == Moved::kYes);
  }
  for (absl::string_view tag : query.tags) {
    const Node node{std::string(tag), NameKind::kTag};
    expected.tags.push_back(!known ||
                            SelfMoved(state, node, query.position.revision) == Moved::kYes);
  }
  return expected;
}

ExpectedExplanation ReferenceModel::ExpectExplanation(const engine::ExplainWrite& query,
                                                      absl::Time now) const {
  const State state = At(now);
  engine::InvalidateByWrites command;
  command.writes.push_back(query.write);
  const Plan plan = PlanWrites(state, command);
  std::set<TargetName> targets = TargetsNow(plan);
  targets.merge(TargetsBatched(plan));
  ExpectedExplanation expected;
  expected.targets = targets.size();
  expected.widened = plan.widened;
  const std::string key(query.key);
  std::set<std::string> tags(query.key_tags.begin(), query.key_tags.end());
  if (const Entry* entry = FindTracked(state, key)) tags = entry->tags;
  expected.key_hit = !key.empty() && Reaches(state, targets, key, tags);
  return expected;
}

CountRange ReferenceModel::TrackedEntries() const {
  CountRange range;
  for (const auto& [key, entry] : state_.entries) range.least += !entry.ghost;
  range.most = range.least;
  for (const auto& [key, entry] : state_.leftover_entries) range.most += !entry.ghost;
  return range;
}

CountRange ReferenceModel::DependencyEdges() const {
  std::set<Edge> edges = AllEdges(state_);
  const uint64_t least = edges.size();
  edges.insert(state_.leftover_edges.begin(), state_.leftover_edges.end());
  return {least, edges.size()};
}

bool ReferenceModel::RemembersTooMuch() const { return reference::RemembersTooMuch(state_); }

State ReferenceModel::At(absl::Time now) const {
  State state = state_;
  state.now = std::max(state.now, now);
  Settle(state);
  return state;
}

}  // namespace cache_invalidation::reference
