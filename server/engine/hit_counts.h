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

// How many keys the targets of a plan hit by themselves: live entries through their own tags, and
// known keys that a pattern matches. What follows through dependencies is not counted.
//
// No index leads from a tag to its entries, so this looks at every key, but at no more than
// `limit`, in their order; what takes as long as a key counts as one. Views into the plan.
// Thread-compatible.
class HitCounts {
 public:
  HitCounts(const Graph& graph, const Freshness& freshness, const Plan& plan, uint64_t limit);

  // Distinct targets.
  uint64_t targets() const { return hits_.size(); }

  // Distinct keys.
  uint64_t keys() const { return keys_; }

  // 0 for what is no target of the plan.
  uint64_t Of(TargetType type, absl::string_view name) const;

  // False: there are more keys than were looked at.
  bool complete() const { return complete_; }

 private:
  absl::flat_hash_map<std::pair<TargetType, absl::string_view>, uint64_t> hits_;
  uint64_t keys_ = 0;
  bool complete_ = true;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_HIT_COUNTS_H_
