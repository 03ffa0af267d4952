#ifndef CACHE_INVALIDATION_COMMON_CONDITION_BUDGET_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_BUDGET_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "absl/strings/string_view.h"
#include "common/condition/arena.h"
#include "common/condition/limits.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

// What one evaluation may use up, cost and memory, and what it has used.
//
// Whoever walks over something spends first and gives up when told so; the evaluator looks at
// `exhausted()` before it believes a result. Thread-compatible.
class Budget {
 public:
  explicit Budget(uint64_t max_cost = kMaxCost, size_t max_bytes = kMaxEvaluationBytes)
      : max_cost_(max_cost), arena_(max_bytes) {}

  // False once more was spent than there is; it never gets true again.
  bool Spend(uint64_t units) {
    cost_ += units;
    return cost_ <= max_cost_;
  }
  // For walking over that many bytes or elements.
  bool SpendOnSize(size_t size) { return Spend(size / kBytesPerUnit); }

  bool exhausted() const { return cost_ > max_cost_; }
  uint64_t cost() const { return cost_; }
  Arena& arena() { return arena_; }

  // The error for a budget that is used up.
  static Value TooExpensive();
  static Value OutOfMemory();

  // An error whose message is made of these parts; long ones are cut.
  Value Error(std::initializer_list<absl::string_view> parts);

  // A copy of `left` and `right` one after the other, kept in the arena: a kString or kBytes. An
  // error if it gets too long.
  Value Text(Value::Kind kind, absl::string_view left, absl::string_view right = "");

 private:
  uint64_t cost_ = 0;
  uint64_t max_cost_;
  Arena arena_;
};

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_BUDGET_H_
