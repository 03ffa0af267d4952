// What an explanation says of a single target: with everything it hits, or with respect to one key.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_EXPLAINED_TARGETS_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_EXPLAINED_TARGETS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "common/pattern.h"
#include "server/engine/event.h"
#include "server/engine/explanation.h"
#include "server/engine/explanation_limits.h"
#include "server/engine/followers.h"
#include "server/engine/freshness.h"
#include "server/engine/graph.h"
#include "server/engine/hit_counts.h"
#include "server/engine/work_budget.h"

namespace cache_invalidation::engine {

// Fills in the nodes of targets. Thread-compatible.
class ExplainedTargets {
 public:
  virtual ~ExplainedTargets() = default;

  // Completes the node of a tag (`pattern` null) or pattern that has kind, name and reason and
  // stands at `level`. Answers whether it belongs into the explanation.
  virtual bool Explain(ExplanationNode& node, const Pattern* pattern, uint32_t level) = 0;

  // Whether steps belong into the explanation that name no target which does.
  virtual bool KeepsOtherSteps() const = 0;
};

// Every target, with how many entries it hits and what follows. What follows is shown where the
// target is named first.
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
  // How many keys follow those that were shown.
  absl::flat_hash_map<std::pair<TargetType, std::string>, uint64_t> shown_;
};

// The key that was asked for, and what it is taken to carry.
struct ExplainedKey {
  std::string name;
  const Key* known = nullptr;  // null: unknown
  bool tracked = false;
  // Of the entry; of a key that is not tracked those that the question names. Sorted.
  std::vector<std::string> tags;

  // What matching may still take, and which patterns were matched.
  WorkBudget matching{kMaxStepsPerExplanation};
  absl::flat_hash_map<std::string, bool> matched;

  // The first tag that a target hits; null if none.
  const std::string* TagHitBy(absl::string_view target) const;
  // Whether the pattern matches the key; also, once matching took too long, whether it might.
  bool MayBeMatchedBy(const Pattern& pattern);
};

// The targets that lead to one key, and those that might have: tags of the same type, and patterns.
// The latter do not apply, and say why.
class TargetsOfKey final : public ExplainedTargets {
 public:
  TargetsOfKey(const Graph& graph, const Freshness& freshness, const HitCounts& hits,
               ExplainedKey& key, ExplanationLimits& limits)
      : graph_(graph), freshness_(freshness), hits_(hits), key_(key), limits_(limits) {}

  bool Explain(ExplanationNode& node, const Pattern* pattern, uint32_t level) override;
  bool KeepsOtherSteps() const override { return false; }

 private:
  // Adds how the target leads to the key; answers whether it does.
  bool Leads(ExplanationNode& node, const Pattern* pattern, uint32_t level);
  // Adds the key itself, hit by the target.
  void AddKey(std::string reason, ExplanationNode& target);
  // Says why a target that might have led to the key does not; answers whether it might have.
  bool MightHave(ExplanationNode& node, const Pattern* pattern) const;

  const Graph& graph_;
  const Freshness& freshness_;
  const HitCounts& hits_;
  ExplainedKey& key_;
  ExplanationLimits& limits_;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_EXPLAINED_TARGETS_H_
