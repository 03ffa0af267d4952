// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_EXPLAINED_HITS_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_EXPLAINED_HITS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "common/limits.h"
#include "common/pattern.h"
#include "server/engine/closure.h"
#include "server/engine/event.h"
#include "server/engine/freshness.h"
#include "server/engine/graph.h"
#include "server/engine/planner.h"
#include "server/engine/result.h"

namespace cache_invalidation::engine {

// A node of an explanation, with nothing below it yet.
ExplanationNode NodeOf(ExplanationKind kind, absl::string_view name, std::string reason);

// Adds a sentence to the reason of the node.
void AddReason(absl::string_view reason, ExplanationNode& node);

// Bounds the size and cost of one explanation: counts the nodes added to the tree and the keys
// looked at. Thread-compatible.
class ExplanationLimits {
 public:
  // `keys`: the number of keys that may be looked at.
  explicit ExplanationLimits(uint64_t keys) : keys_left_(keys) {}

  // Returns true, and counts a node, if the parent can get one more child; otherwise counts the
  // child as left out. Call it before filling in the child, so that the child's descendants do not
  // take its place.
  bool Take(ExplanationNode& parent) {
    if (parent.children.size() < kMaxExplanationChildren && nodes_ < kMaxExplanationNodes) {
      ++nodes_;
      return true;
    }
    ++parent.children_left_out;
    return false;
  }
  // Returns the node taken last: the child is not needed after all.
  void GiveBack() { --nodes_; }

  // Counts keys that were looked at.
  void LookedAt(uint64_t keys) { keys_left_ -= std::min(keys, keys_left_); }
  uint64_t keys_left() const { return keys_left_; }

 private:
  size_t nodes_ = 0;
  uint64_t keys_left_;
};

// How many keys the targets of a plan hit directly: live entries through their own tags, and known
// keys that a pattern matches. Dependents are not counted.
//
// No index leads from a tag to its entries, so this visits the keys in order, up to `limit`; other
// work that takes as long as one key counts as one. Holds views into the plan. Thread-compatible.
class HitCounts {
 public:
  HitCounts(const Graph& graph, const Freshness& freshness, const Plan& plan, uint64_t limit);

  // The number of distinct targets.
  uint64_t targets() const { return hits_.size(); }

  // The number of distinct keys.
  uint64_t keys() const { return keys_; }

  // Returns 0 if the plan has no such target.
  uint64_t Of(TargetKind target, absl::string_view name) const;

  // False: the limit was reached before all keys were visited.
  bool complete() const { return complete_; }

 private:
  absl::flat_hash_map<std::pair<TargetKind, absl::string_view>, uint64_t> hits_;
  uint64_t keys_ = 0;
  bool complete_ = true;
};

// What one target invalidates through dependencies, as a tree: every key below its source on a
// shortest path. Keys hit by the target directly are at the top if anything was computed from them.
//
// Reads only; valid until the state changes. Costs what the target reaches.
class Followers {
 public:
  // `target`: a tag, or a pattern if `pattern` is not null. Looks at no more than `limit` keys.
  Followers(const Graph& graph, const Freshness& freshness, absl::string_view target,
            const Pattern* pattern, uint64_t limit);

  // The number of dependent keys.
  uint64_t size() const { return dependents_.size(); }

  // The number of keys looked at.
  uint64_t looked_at() const { return closure_.looked_at(); }
  // False: there may be more dependents.
  bool is_complete() const { return closure_.is_complete(); }

  // Adds the whole tree below the target's node at `level` (the root is at 1).
  void AddAll(ExplanationNode& target, uint32_t level, ExplanationLimits& limits) const;

  // Adds only the path to one key. Returns false, and adds nothing, if the key does not depend on
  // the target.
  bool AddWayTo(const Key& key, ExplanationNode& target, uint32_t level,
                ExplanationLimits& limits) const;

 private:
  // The keys to show, by source.
  using Shown = absl::flat_hash_map<const Node*, std::vector<const Key*>>;

  const Closure::Reached& ReachedAs(const Key& key) const {
    return closure_.reached().at(const_cast<Key*>(&key));
  }
  // Whether the target hits the node directly.
  bool IsTop(const Node& node) const {
    return node.kind == NameKind::kTag || ReachedAs(static_cast<const Key&>(node)).root;
  }
  void AddTops(const Shown& shown, ExplanationNode& target, uint32_t level,
               ExplanationLimits& limits) const;
  void AddBelow(const Node& source, const Shown& shown, ExplanationNode& parent, uint32_t level,
                ExplanationLimits& limits) const;
  std::string HowHit(const Key& key) const;
  static std::string HowFollows(const Key& key, const Node& source);

  const absl::string_view target_;
  const Pattern* const pattern_;
  Closure closure_;
  std::vector<Key*> dependents_;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_EXPLAINED_HITS_H_
