// Clock: where time comes from, and how a thread waits for it.
//
// Nothing else in the project reads the time or sleeps; the engine does not even know this
// interface, it gets `now` as an argument. Timers are loops: a thread that has deadlines keeps the
// earliest and waits for it with WaitUntil, which is also how it hears of new work. Such a loop is
// driven in tests by tests/fakes/fake_clock.h.

#ifndef CACHE_INVALIDATION_COMMON_CLOCK_H_
#define CACHE_INVALIDATION_COMMON_CLOCK_H_

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "common/mutex.h"

namespace cache_invalidation {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // The wall clock: for people and records. May jump, also backwards: never subtract two of these
  // to measure a span.
  virtual absl::Time Now() const = 0;

  // Time since a fixed but unknown moment: for spans, deadlines and leases. Never goes backwards
  // and goes on while the machine is suspended. Comparable only within one process.
  virtual absl::Duration Monotonic() const = 0;

  // Unlocks `mutex` and blocks until `condition` is notified or Monotonic() reaches `deadline`
  // (absl::InfiniteDuration(): only the notification); then locks `mutex` again. Answers whether
  // the deadline has passed. A wake may be spurious, so the caller loops over its own condition.
  // While the machine is suspended nobody wakes, and after it the deadline may be seen late by the
  // time suspended: whoever must not act late compares Monotonic() itself.
  virtual bool WaitUntil(Mutex& mutex, CondVar& condition, absl::Duration deadline)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) = 0;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_CLOCK_H_
