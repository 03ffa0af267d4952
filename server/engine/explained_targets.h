// SPDX-License-Identifier: Apache-2.0

// How an explanation describes a single target: with everything it hits, or with respect to one
// key.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_EXPLAINED_TARGETS_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_EXPLAINED_TARGETS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "common/pattern.h"
#include "server/engine/command.h"
#include "server/engine/event.h"
#include "server/engine/explained_hits.h"
#include "server/engine/freshness.h"
#include "server/engine/graph.h"
#include "server/engine/limits.h"
#include "server/engine/result.h"
#include "server/engine/rule_set.h"
#include "server/engine/work_budget.h"

namespace cache_invalidation::engine {

// Fills in the nodes of targets. Thread-compatible.
class ExplainedTargets {
 public:
  virtual ~ExplainedTargets() = default;

  // Completes the node of a tag (`pattern` is null) or pattern at `level` that already has kind,
  // name and reason. Returns whether the node belongs in the explanation.
  virtual bool Explain(ExplanationNode& node, const Pattern* pattern, uint32_t level) = 0;

  // Whether the explanation includes steps none of whose targets belong in it.
  virtual bool KeepsOtherSteps() const = 0;
};

// Every target, with the number of entries it hits and its dependents. The dependents are shown
// where the target is named first.
class AllTargets final : public ExplainedTargets {
 public:
  AllTargets(const Graph& graph, const Freshness& freshness, const HitCounts& hits,
             ExplanationLimits& limits)
      : graph_(graph), freshness_(freshness), hits_(hits), limits_(limits) {}

  bool Explain(ExplanationNode& node, const Pattern* pattern, uint32_t level) override;
  bool KeepsOtherSteps() const override { return true; }

 private:
  const Graph& graph_;
  const Freshness& freshness_;
  const HitCounts& hits_;
  ExplanationLimits& limits_;
  // The number of dependents of the targets shown so far.
  absl::flat_hash_map<std::pair<TargetKind, std::string>, uint64_t> shown_;
};

// The key that the query is about, and the tags that it is assumed to carry.
struct ExplainedKey {
  std::string name;
  const Key* known = nullptr;  // null: unknown
  bool tracked = false;
  // The tags of the entry; for a key that is not tracked, those given in the query. Sorted.
  std::vector<std::string> tags;

  // The budget left for matching, and the results of the patterns matched so far.
  WorkBudget matching{kMaxStepsPerExplanation};
  absl::flat_hash_map<std::string, bool> matched;

  // Returns the first tag that a target hits; null if none.
  const std::string* TagHitBy(absl::string_view target) const;
  // Whether the pattern matches the key. True as well once the budget for matching is spent.
  bool MayBeMatchedBy(const Pattern& pattern);
};

// The targets that lead to one key, and those that might have: tags of the same type, and patterns.
// The latter do not apply, and state the reason.
class TargetsOfKey final : public ExplainedTargets {
 public:
  TargetsOfKey(const Graph& graph, const Freshness& freshness, const HitCounts& hits,
               ExplainedKey& key, ExplanationLimits& limits)
      : graph_(graph), freshness_(freshness), hits_(hits), key_(key), limits_(limits) {}

  bool Explain(ExplanationNode& node, const Pattern* pattern, uint32_t level) override;
  bool KeepsOtherSteps() const override { return false; }

 private:
  // Adds how the target leads to the key. Returns false if it does not.
  bool Leads(ExplanationNode& node, const Pattern* pattern, uint32_t level);
  // Adds the key itself as hit by the target.
  void AddKey(std::string reason, ExplanationNode& target);
  // Adds the reason why a target that might have led to the key does not. Returns false if it could
  // not have.
  bool MightHave(ExplanationNode& node, const Pattern* pattern) const;

  const Graph& graph_;
  const Freshness& freshness_;
  const HitCounts& hits_;
  ExplainedKey& key_;
  ExplanationLimits& limits_;
};

// The steps of one write as a tree, made of the same pieces as its plan (write_targets.h): direct
// tags, relationships hop by hop, and every rule with a matching trigger. `targets` fills in what
// is below a target.
ExplanationNode ExplainSteps(const RuleSet& rules, const RelationshipSet& relationships,
                             const WriteEvent& write, WorkBudget& budget, ExplainedTargets& targets,
                             ExplanationLimits& limits);

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_EXPLAINED_TARGETS_H_
