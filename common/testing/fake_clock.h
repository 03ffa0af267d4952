// SPDX-License-Identifier: Apache-2.0

// FakeClock: a clock that does not advance until the test moves it.
//
//   FakeClock clock;
//   const absl::Duration start = clock.Monotonic();
//   clock.Advance(absl::Milliseconds(100));
//   EXPECT_EQ(clock.Monotonic() - start, absl::Milliseconds(100));
//
// Code that waits for a deadline does so in Clock::WaitUntil, on a thread of its own. To let its
// deadline pass, await the thread and advance:
//
//   bool is_over = false;
//   std::thread waiting([&] {
//     Mutex mutex;
//     CondVar condition;
//     MutexLock lock(mutex);
//     while (!clock.WaitUntil(mutex, condition, start + absl::Seconds(1))) {
//     }
//     is_over = true;
//   });
//   clock.AwaitWaiters(1);  // it has reached its wait
//   clock.Advance(absl::Seconds(1));
//   waiting.join();
//   EXPECT_TRUE(is_over);
//
// The clock must outlive every wait, and everything that it was given to.
//
// Threads: thread-safe.
// Errors: none. A thread waits forever if the test does not advance past its deadline.
// Cost: no time passes. Reading it takes a lock.

#ifndef CACHE_INVALIDATION_COMMON_TESTING_FAKE_CLOCK_H_
#define CACHE_INVALIDATION_COMMON_TESTING_FAKE_CLOCK_H_

#include <list>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/mutex.h"

namespace cache_invalidation {

// Thread-safe.
class FakeClock final : public Clock {
 public:
  // 2020-01-01 00:00:00 UTC.
  static constexpr absl::Time kStart = absl::FromUnixSeconds(1'577'836'800);

  explicit FakeClock(absl::Time start = kStart) : now_(start) {}

  absl::Time Now() const override ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Duration Monotonic() const override ABSL_LOCKS_EXCLUDED(mutex_);
  // A second ahead, the most that Clock allows.
  absl::Duration MonotonicBound() const override ABSL_LOCKS_EXCLUDED(mutex_);
  bool WaitUntil(Mutex& mutex, CondVar& condition, absl::Duration deadline) override
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) ABSL_LOCKS_EXCLUDED(mutex_);

  // Advances both clocks, and returns when every thread whose deadline has passed has left its
  // wait, holding its mutex. REQUIRES: by >= 0; the caller holds no mutex that such a thread needs.
  void Advance(absl::Duration by) ABSL_LOCKS_EXCLUDED(mutex_);

  // Sets only the wall clock, also backwards, as an operator or NTP does. Wakes no thread.
  void SetWallClock(absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);

  // Blocks until at least `count` threads are in WaitUntil.
  void AwaitWaiters(int count) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Waiter {
    CondVar* condition;
    absl::Duration deadline;
  };

  // Notifies the waiters whose deadline has passed. Returns whether there are any.
  bool NotifyDue() ABSL_LOCKS_EXCLUDED(mutex_);

  // Acquired last, after any mutex of a waiter.
  mutable Mutex mutex_;
  CondVar waiters_changed_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
  absl::Duration monotonic_ ABSL_GUARDED_BY(mutex_);
  std::list<Waiter> waiters_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_TESTING_FAKE_CLOCK_H_
