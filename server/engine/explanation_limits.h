#ifndef CACHE_INVALIDATION_SERVER_ENGINE_EXPLANATION_LIMITS_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_EXPLANATION_LIMITS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "common/limits.h"
#include "server/engine/explanation.h"

namespace cache_invalidation::engine {

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

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_EXPLANATION_LIMITS_H_
