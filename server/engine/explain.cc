// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/limits.h"
#include "server/engine/apply.h"
#include "server/engine/closure.h"
#include "server/engine/explained_hits.h"
#include "server/engine/explained_targets.h"
#include "server/engine/planner.h"

namespace cache_invalidation::engine {
namespace {

// A sentence lists at most this many tags of a key; the others are counted.
constexpr size_t kTagsInASentence = 10;

// The closure over all targets of the plan.
Closure SpreadAll(const State& state, const Freshness& freshness, const Plan& plan) {
  Closure closure(state.graph, freshness, state.limits.explained_keys);
  for (const PlannedStep& step : plan.steps) {
    for (const PlannedTarget& target : step.targets) {
      if (target.pattern != nullptr) {
        closure.AddPattern(*target.pattern);
      } else {
        closure.AddTag(target.name);
      }
    }
  }
  closure.Spread(InvalidationKind::kEvict);
  return closure;
}

ExplainedKey KeyOf(const State& state, const Freshness& freshness, const ExplainWrite& query) {
  ExplainedKey key;
  key.matching = WorkBudget(state.limits.explained_steps);
  key.name = std::string(query.key);
  key.known = state.graph.FindKey(query.key);
  key.tracked = key.known != nullptr && freshness.IsLive(*key.known);
  if (key.tracked) {
    for (const Tag* tag : key.known->entry->tags) key.tags.push_back(tag->name);
  } else {
    for (const absl::string_view tag : query.key_tags) key.tags.emplace_back(tag);
    std::sort(key.tags.begin(), key.tags.end());
  }
  return key;
}

bool IsHit(ExplainedKey& key, const Plan& plan, const Closure& closure) {
  if (plan.everything) return true;
  for (const PlannedStep& step : plan.steps) {
    for (const PlannedTarget& target : step.targets) {
      const bool hit = target.pattern != nullptr ? key.MayBeMatchedBy(*target.pattern)
                                                 : key.TagHitBy(target.name) != nullptr;
      if (hit) return true;
    }
  }
  const auto reached = closure.reached().find(const_cast<Key*>(key.known));
  return reached != closure.reached().end() && reached->second.via != nullptr;
}

std::string Describe(const ExplainedKey& key) {
  if (key.tags.empty()) {
    return absl::StrCat(key.tracked ? "tracked without tags" : "not tracked, no tags given",
                        ": only patterns and dependencies can hit it");
  }
  const size_t listed = std::min(key.tags.size(), kTagsInASentence);
  const auto end = key.tags.begin() + static_cast<std::ptrdiff_t>(listed);
  return absl::StrCat(
      key.tracked ? "tracked; carries " : "not tracked; assumed to carry ",
      absl::StrJoin(key.tags.begin(), end, ", "),
      listed < key.tags.size() ? absl::StrCat(" and ", key.tags.size() - listed, " more") : "");
}

// Adds what the key was computed from, as far as the limits allow; the rest is left out.
void AddSources(const Key& key, const Freshness& freshness, ExplanationLimits& limits,
                ExplanationNode& node) {
  std::vector<const Node*> sources;
  const bool owns = freshness.OwnsActively(key);
  uint64_t left = key.depends_on.size();
  for (const Edge& edge : key.depends_on) {
    if (sources.size() >= kMaxExplanationChildren || limits.keys_left() == 0) break;
    limits.LookedAt(1);
    --left;
    if (edge.declared_at(freshness.now()) || (edge.owned && owns)) sources.push_back(edge.source);
  }
  std::sort(sources.begin(), sources.end(),
            [](const Node* a, const Node* b) { return NodeBefore(*a, *b); });
  for (const Node* source : sources) {
    if (!limits.Take(node)) continue;
    ExplanationNode edge = NodeOf(
        ExplanationKind::kDependency, source->name,
        absl::StrCat("the key is computed from this ",
                     source->kind == NameKind::kTag ? "tag" : "key", ", which is not hit either"));
    edge.applies = false;
    node.children.push_back(std::move(edge));
  }
  node.children_left_out += left;
}

// Adds what is known of the key itself and, if it is not hit, what it was computed from.
void AddKey(const ExplainedKey& key, bool hit, const Freshness& freshness,
            ExplanationLimits& limits, ExplanationNode& root) {
  if (!limits.Take(root)) return;
  ExplanationNode node = NodeOf(ExplanationKind::kKey, key.name, Describe(key));
  node.applies = hit;
  if (key.known != nullptr && !hit) AddSources(*key.known, freshness, limits, node);
  root.children.push_back(std::move(node));
}

// States that there are more keys than one explanation may look at.
void AddWhatIsMissing(bool all_counted, bool all_followed, uint64_t looked_at,
                      ExplanationNode& node) {
  const auto add = [&](absl::string_view text) {
    AddReason(absl::StrCat(text, " ", looked_at, " keys"), node);
  };
  if (!all_counted) add("entries are counted among the first");
  if (!all_followed) add("dependents are looked for among");
}

}  // namespace

Result Answer(const State& state, const ExplainWrite& query, absl::Time now) {
  const Freshness freshness = state.freshness_at(now);
  WorkBudget planning(state.limits.explained_steps);
  const Plan plan = PlanWrites(state.rules, state.relationships, {&query.write, 1}, planning);
  const HitCounts hits(state.graph, freshness, plan, state.limits.explained_keys);
  const Closure closure = SpreadAll(state, freshness, plan);
  ExplanationLimits limits(state.limits.explained_keys);
  limits.LookedAt(closure.looked_at());

  Explanation explanation;
  explanation.targets = hits.targets();
  explanation.entries = hits.keys();
  explanation.dependents = closure.Dependents().size();
  explanation.widened = plan.widened;
  const auto explain = [&](ExplainedTargets& targets) {
    WorkBudget budget(state.limits.explained_steps);
    return ExplainSteps(state.rules, state.relationships, query.write, budget, targets, limits);
  };
  if (query.key.empty()) {
    AllTargets targets(state.graph, freshness, hits, limits);
    explanation.root = explain(targets);
  } else {
    ExplainedKey key = KeyOf(state, freshness, query);
    explanation.key_hit = IsHit(key, plan, closure);
    TargetsOfKey targets(state.graph, freshness, hits, key, limits);
    explanation.root = explain(targets);
    AddKey(key, explanation.key_hit, freshness, limits, explanation.root);
    if (key.matching.is_spent()) {
      AddReason("matching exceeds the limit of one explanation: some patterns are assumed to match",
                explanation.root);
    }
  }
  AddWhatIsMissing(hits.complete(), closure.is_complete(), state.limits.explained_keys,
                   explanation.root);
  if (planning.is_coarse()) {
    AddReason(plan.everything
                  ? "the plan exceeds the limit of one explanation: it is shown as everything"
                  : "the plan exceeds the limit of one explanation: a write can "
                    "name more precisely what is widened here",
              explanation.root);
  }
  return ExplainWriteResult{std::move(explanation)};
}

}  // namespace cache_invalidation::engine
