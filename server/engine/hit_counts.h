#ifndef CACHE_INVALIDATION_SERVER_ENGINE_HIT_COUNTS_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_HIT_COUNTS_H_

#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "server/engine/event.h"
#include "server/engine/freshness.h"
#include "server/engine/graph.h"
#include "server/engine/planner.h"

namespace cache_invalidation::engine {

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

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_HIT_COUNTS_H_
