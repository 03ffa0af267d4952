#include "tests/reference/reference_model.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

#include "common/check.h"
#include "tests/reference/apply.h"
#include "tests/reference/freshness.h"
#include "tests/reference/plan.h"
#include "tests/reference/spread.h"

namespace cache_invalidation::reference {
namespace {

using engine::NameKind;
using engine::TargetType;

uint64_t CountTracked(const std::map<std::string, Entry>& entries) {
  return std::count_if(entries.begin(), entries.end(),
                       [](const auto& entry) { return !entry.second.ghost; });
}

// Whether the plan hits an entry with these tags or reaches its key.
bool Reaches(const State& state, const std::set<TargetName>& targets, const std::string& key,
             const std::set<std::string>& tags) {
  for (const auto& [type, name] : targets) {
    if (type == TargetType::kKey && name == key) return true;
    if (type == TargetType::kPattern && Matches(name, key)) return true;
    for (const std::string& tag : tags) {
      if (type == TargetType::kTag && AtOrBelow(tag, name)) return true;
    }
  }
  return Spread(state, targets, {}).count(key) != 0;
}

}  // namespace

Prediction ReferenceModel::Apply(const engine::Command& command, absl::Time now,
                                 const engine::Reply* observed) {
  State next = state_;
  next.now = std::max(next.now, now);
  Prediction prediction = std::visit(
      [&](const auto& typed) {
        using T = std::decay_t<decltype(typed)>;
        if constexpr (std::is_same_v<T, engine::TrackEntries> ||
                      std::is_same_v<T, engine::AddCacheDependency>) {
          return reference::Apply(next, typed, observed);
        } else {
          return reference::Apply(next, typed);
        }
      },
      command);
  if (prediction.status.ok()) state_ = std::move(next);
  return prediction;
}

engine::Reply ReferenceModel::Answer(const engine::Query& query, absl::Time now) const {
  State later = state_;
  later.now = std::max(later.now, now);
  return std::visit(
      [&](const auto& typed) -> engine::Reply {
        using T = std::decay_t<decltype(typed)>;
        if constexpr (std::is_same_v<T, engine::Validate> ||
                      std::is_same_v<T, engine::ExplainWrite>) {
          CheckFailed("this query has its own method", __FILE__, __LINE__);
        } else {
          return reference::Answer(later, typed);
        }
      },
      query);
}

ExpectedValidation ReferenceModel::ExpectValidation(const engine::Validate& query,
                                                    absl::Time now) const {
  ExpectedValidation expected;
  const bool known = KnownPosition(state_, query.position);
  for (const engine::KeyWithTags& asked : query.keys) {
    const std::string key(asked.key);
    auto entry = state_.entries.find(key);
    const bool tracked =
        entry != state_.entries.end() && entry->second.TrackedAt(std::max(now, state_.now));
    std::set<Node> nodes = {{key, NameKind::kKey}};
    for (absl::string_view tag : asked.tags) nodes.insert({std::string(tag), NameKind::kTag});
    Moved moved = Moved::kYes;
    if (known && (tracked || !asked.tags.empty())) {
      moved = AnyMoved(state_, nodes, query.position.revision);
    }
    expected.keys_may.push_back(moved != Moved::kNo);
    expected.keys_must.push_back(moved == Moved::kYes);
  }
  for (absl::string_view tag : query.tags) {
    const std::set<Node> nodes = {{std::string(tag), NameKind::kTag}};
    expected.tags.push_back(!known ||
                            AnyMoved(state_, nodes, query.position.revision) == Moved::kYes);
  }
  return expected;
}

ExpectedExplanation ReferenceModel::ExpectExplanation(const engine::ExplainWrite& query,
                                                      absl::Time now) const {
  engine::InvalidateByWrites command;
  command.writes.push_back(query.write);
  const Plan plan = PlanWrites(state_, command);
  std::set<TargetName> targets = TargetsNow(plan);
  targets.merge(TargetsBatched(plan));
  ExpectedExplanation expected;
  expected.targets = targets.size();
  expected.widened = plan.widened;
  const std::string key(query.key);
  auto entry = state_.entries.find(key);
  std::set<std::string> tags(query.key_tags.begin(), query.key_tags.end());
  if (entry != state_.entries.end() && entry->second.TrackedAt(std::max(now, state_.now))) {
    tags = entry->second.tags;
  }
  expected.key_hit = !key.empty() && Reaches(state_, targets, key, tags);
  return expected;
}

CountRange ReferenceModel::TrackedEntries() const {
  const uint64_t least = CountTracked(state_.entries);
  return {least, least + CountTracked(state_.unreclaimed)};
}

CountRange ReferenceModel::DependencyEdges() const {
  std::set<Edge> edges = AllEdges(state_);
  const uint64_t least = edges.size();
  for (const auto& [key, entry] : state_.unreclaimed) {
    for (const Node& node : entry.depends_on) edges.insert({key, node.kind, node.name});
  }
  return {least, edges.size()};
}

}  // namespace cache_invalidation::reference
