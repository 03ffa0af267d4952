// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_COMMON_MONOTONIC_BOUND_H_
#define CACHE_INVALIDATION_COMMON_MONOTONIC_BOUND_H_

#include <atomic>
#include <cstdint>
#include <limits>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "common/mutex.h"

namespace cache_invalidation {

// A cheap upper bound of the time since boot, time suspended included.
//
// Reading that time exactly costs as much as a look-up in a hash table: it waits for the
// processor's counter. The kernel also keeps coarse clocks, which are words in memory that a tick
// updates. None of them counts the time suspended, but two of them tell: when the machine resumes,
// the wall clock has moved on and the monotonic clock has not, before any thread runs. So the
// difference of the two is noted, and as long as it is unchanged the time since boot is the
// monotonic clock and what it lacked then. A wall clock that was set costs one exact reading.
//
// The bound is ahead of the exact time by at most kSlack. What makes up for it: a tick of at most
// 10 ms, 5 ticks after which the kernel notices that the processor which updates the clocks stands
// still (Linux 5.18 and later, others are read exactly), and kTolerance, which a suspend can last
// unnoticed. One suspend goes unnoticed altogether: the wall clock is set back by its length, less
// kTolerance, before the next reading.
//
// `System` has the clocks, in nanoseconds: CoarseMonotonic, CoarseRealtime, Monotonic and Boottime;
// and IsCoarseReliable. Thread-safe.
template <typename System>
class MonotonicBound {
 public:
  static constexpr int64_t kTolerance = 50'000'000;
  static constexpr int64_t kSlack = 150'000'000;

  explicit MonotonicBound(System system = {})
      : system_(std::move(system)), is_reliable_(system_.IsCoarseReliable()) {}

  int64_t Get() const ABSL_LOCKS_EXCLUDED(mutex_) {
    // In this order: a lack that is newer than the difference is not too small.
    const int64_t difference = difference_.load(std::memory_order_acquire);
    const int64_t lack = lack_.load(std::memory_order_relaxed);
    const int64_t monotonic = system_.CoarseMonotonic();
    const int64_t change = system_.CoarseRealtime() - monotonic - difference;
    if (change > kTolerance || change < -kTolerance) return ReadExactly();
    return monotonic + lack + kSlack;
  }

 private:
  // The longest time between two readings that count as made at once.
  static constexpr int64_t kAtOnce = 1'000'000;

  int64_t ReadExactly() const ABSL_LOCKS_EXCLUDED(mutex_) {
    if (!is_reliable_) return system_.Boottime();
    MutexLock lock(mutex_);
    // First, so that a suspend from here on is a change.
    const int64_t coarse = system_.CoarseMonotonic();
    const int64_t difference = system_.CoarseRealtime() - coarse;
    const int64_t before = system_.Monotonic();
    const int64_t now = system_.Boottime();
    if (system_.Monotonic() - before <= kAtOnce) {
      lack_.store(now - before, std::memory_order_relaxed);
      difference_.store(difference, std::memory_order_release);
    }
    return now;
  }

  const System system_;
  const bool is_reliable_;
  mutable Mutex mutex_;  // held while the next two are noted
  // What the monotonic clock lacks to the time since boot, at least.
  mutable std::atomic<int64_t> lack_ = 0;
  // Between the wall clock and the monotonic clock. At first one that they never have.
  mutable std::atomic<int64_t> difference_ = std::numeric_limits<int64_t>::min() / 2;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_MONOTONIC_BOUND_H_
