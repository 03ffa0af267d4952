#ifndef CACHE_INVALIDATION_SERVER_ENGINE_EXPLANATION_LIMITS_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_EXPLANATION_LIMITS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "common/limits.h"
#include "server/engine/explanation.h"

namespace cache_invalidation::engine {

// Keeps one explanation small enough to be computed and answered: it counts what is added to the
// tree and what is looked at. Thread-compatible.
class ExplanationLimits {
 public:
  // `keys`: how many may be looked at.
  explicit ExplanationLimits(uint64_t keys) : keys_left_(keys) {}

  // Whether the parent may get one more child, which is then counted; otherwise it is counted as
  // left out. Take before the child is filled, so that a child never takes its parent's place.
  bool Take(ExplanationNode& parent) {
    if (parent.children.size() < kMaxExplanationChildren && nodes_ < kMaxExplanationNodes) {
      ++nodes_;
      return true;
    }
    ++parent.children_left_out;
    return false;
  }
  // The child that was taken is not wanted after all.
  void GiveBack() { --nodes_; }

  // Notes that keys were looked at.
  void LookedAt(uint64_t keys) { keys_left_ -= std::min(keys, keys_left_); }
  uint64_t keys_left() const { return keys_left_; }

 private:
  size_t nodes_ = 0;
  uint64_t keys_left_;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_EXPLANATION_LIMITS_H_
