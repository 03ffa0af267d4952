#ifndef CACHE_INVALIDATION_SERVER_ENGINE_FOLLOWERS_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_FOLLOWERS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "common/pattern.h"
#include "server/engine/closure.h"
#include "server/engine/explanation.h"
#include "server/engine/explanation_limits.h"
#include "server/engine/freshness.h"
#include "server/engine/graph.h"

namespace cache_invalidation::engine {

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

  const Closure::Reached& ReachedAs(const Key& key) const;
  // Whether the target hits the node directly.
  bool IsTop(const Node& node) const;
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

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_FOLLOWERS_H_
