// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_COMMON_CONDITION_BUDGET_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_BUDGET_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <new>
#include <type_traits>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/condition/limits.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

// Bounded memory for the values of one evaluation. It is freed as a whole, with the arena.
//
// The first bytes come from the arena object itself, so that a small evaluation does not allocate.
// Thread-compatible.
class Arena {
 public:
  // Hands out about `limit` bytes at most.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): the buffer's bytes are written by users
  explicit Arena(size_t limit) : left_(limit) {}

  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Returns uninitialized memory for `count` objects, or null if the limit is exceeded. Never null
  // for zero objects.
  template <typename T>
  T* Allocate(size_t count) {
    static_assert(std::is_trivially_destructible_v<T>, "nothing is destroyed");
    static_assert(alignof(T) <= alignof(std::max_align_t));
    if (count > left_ / sizeof(T)) return nullptr;
    return static_cast<T*>(AllocateBytes(count * sizeof(T), alignof(T)));
  }

 private:
  // Kept in the object, usually on the stack: enough for a few short texts or lists.
  static constexpr size_t kInlineBytes = 512;
  // Few allocations, little waste.
  static constexpr size_t kBlockBytes = 8 << 10;

  // REQUIRES: bytes <= left_.
  void* AllocateBytes(size_t bytes, size_t alignment) {
    left_ -= bytes;
    void* at = next_;
    size_t space = static_cast<size_t>(end_ - next_);
    if (std::align(alignment, bytes, at, space) == nullptr) {
      const size_t block = std::max(bytes, kBlockBytes);
      blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(block));
      at = blocks_.back().get();
      end_ = blocks_.back().get() + block;
    }
    next_ = static_cast<std::byte*>(at) + bytes;
    return at;
  }

  alignas(std::max_align_t) std::byte inline_[kInlineBytes];
  std::byte* next_ = inline_;
  std::byte* end_ = inline_ + kInlineBytes;
  size_t left_;
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
};

// The cost and memory limits of one evaluation, and what it has used of them.
//
// A function spends before it walks over something, and stops when Spend returns false. The
// evaluator checks `exhausted()` before it uses a result. Thread-compatible.
class Budget {
 public:
  explicit Budget(uint64_t max_cost = kMaxCost, size_t max_bytes = kMaxEvaluationBytes)
      : max_cost_(max_cost), arena_(max_bytes) {}

  // Returns false once the limit is exceeded, and from then on.
  bool Spend(uint64_t units) {
    cost_ += units;
    return cost_ <= max_cost_;
  }
  // Spends for a walk over that many bytes or elements.
  bool SpendOnSize(size_t size) { return Spend(size / kBytesPerUnit); }

  bool exhausted() const { return cost_ > max_cost_; }
  uint64_t cost() const { return cost_; }
  Arena& arena() { return arena_; }

  // The errors for an exceeded cost or memory limit.
  static Value TooExpensive() {
    return Value::Error("too expensive: the evaluation exceeded its cost limit");
  }
  static Value OutOfMemory() {
    return Value::Error("too large: the evaluation exceeded its memory limit");
  }

  // Returns an error whose message is the concatenation of these parts. Long parts are truncated.
  Value Error(std::initializer_list<absl::string_view> parts);

  // Returns the concatenation of `left` and `right` as a kString or kBytes in the arena, or an
  // error if it would be longer than kMaxResultBytes.
  Value Text(Value::Kind kind, absl::string_view left, absl::string_view right = "");

 private:
  uint64_t cost_ = 0;
  uint64_t max_cost_;
  Arena arena_;
};

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_BUDGET_H_
