// SPDX-License-Identifier: Apache-2.0

// Clock: the source of time, and how a thread waits for it.
//
// Nothing else in the project reads the time or sleeps; the engine does not use this interface
// either, it gets `now` as an argument. Timers are loops: a thread with deadlines keeps the
// earliest and waits for it with WaitUntil, which also wakes it for new work. Tests drive such a
// loop with common/testing/fake_clock.h.

#ifndef CACHE_INVALIDATION_COMMON_CLOCK_H_
#define CACHE_INVALIDATION_COMMON_CLOCK_H_

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "common/monotonic_bound.h"
#include "common/mutex.h"

namespace cache_invalidation {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // Returns the wall-clock time, for people and records. It can jump, also backwards: never
  // subtract two of these to measure a duration.
  virtual absl::Time Now() const = 0;

  // Returns the time since a fixed but unknown moment: for durations, deadlines and leases. Never
  // goes backwards, and continues while the machine is suspended. Comparable only within one
  // process.
  virtual absl::Duration Monotonic() const = 0;

  // Returns a time that Monotonic() has not passed yet, at most a second ahead of it. Several times
  // cheaper than Monotonic(). What ends after this time has not ended; Monotonic() decides about
  // the rest.
  virtual absl::Duration MonotonicBound() const = 0;

  // Unlocks `mutex` and blocks until `condition` is notified or Monotonic() reaches `deadline`
  // (absl::InfiniteDuration(): only the notification); then locks `mutex` again. Returns whether
  // the deadline has passed. Wake-ups can be spurious, so the caller must loop over its own
  // condition. Nothing wakes while the machine is suspended, so the deadline can be noticed late by
  // the time suspended: a caller that must not act late compares Monotonic() itself.
  virtual bool WaitUntil(Mutex& mutex, CondVar& condition, absl::Duration deadline)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) = 0;
};

// The system clocks. All instances agree. Thread-safe.
class RealClock final : public Clock {
 public:
  absl::Time Now() const override;
  absl::Duration Monotonic() const override;
  absl::Duration MonotonicBound() const override;
  bool WaitUntil(Mutex& mutex, CondVar& condition, absl::Duration deadline) override
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);

 private:
  // See the class MonotonicBound.
  struct System {
    static int64_t CoarseMonotonic();
    static int64_t CoarseRealtime();
    static int64_t Monotonic();
    static int64_t Boottime();
    static bool IsCoarseReliable();
  };

  cache_invalidation::MonotonicBound<System> bound_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_CLOCK_H_
