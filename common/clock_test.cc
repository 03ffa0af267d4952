// SPDX-License-Identifier: Apache-2.0

#include "common/clock.h"

#include <gtest/gtest.h>

#include <thread>

#include "absl/time/time.h"
#include "common/mutex.h"

namespace cache_invalidation {
namespace {

TEST(RealClock, MonotonicNeverGoesBackwards) {
  RealClock clock;
  absl::Duration last = clock.Monotonic();
  for (int i = 0; i < 1000; ++i) {
    const absl::Duration now = clock.Monotonic();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(RealClock, ItsBoundIsNotOverAndNear) {
  const RealClock clock;
  for (int i = 0; i < 1000; ++i) {
    const absl::Duration before = clock.Monotonic();
    ASSERT_GE(clock.MonotonicBound(), before);
    ASSERT_LE(clock.MonotonicBound(), clock.Monotonic() + absl::Milliseconds(150));
  }
}

TEST(RealClock, TheWallClockIsOfThisCentury) {
  EXPECT_GT(RealClock().Now(), absl::FromUnixSeconds(1'600'000'000));
}

TEST(RealClock, ADeadlineThatPassedDoesNotBlock) {
  RealClock clock;
  Mutex mutex;
  CondVar condition;
  MutexLock lock(mutex);
  EXPECT_TRUE(clock.WaitUntil(mutex, condition, clock.Monotonic()));
  EXPECT_TRUE(clock.WaitUntil(mutex, condition, -absl::InfiniteDuration()));
}

TEST(RealClock, WaitsForTheDeadlineAndNotLess) {
  RealClock clock;
  Mutex mutex;
  CondVar condition;
  const absl::Duration deadline = clock.Monotonic() + absl::Milliseconds(5);
  MutexLock lock(mutex);
  while (!clock.WaitUntil(mutex, condition, deadline)) {
  }
  EXPECT_GE(clock.Monotonic(), deadline);
}

TEST(RealClock, ANotificationEndsAWaitWithoutDeadline) {
  RealClock clock;
  Mutex mutex;
  CondVar condition;
  bool ready = false;
  std::thread notifier([&] {
    MutexLock lock(mutex);
    ready = true;
    condition.NotifyAll();
  });
  {
    MutexLock lock(mutex);
    while (!ready) {
      EXPECT_FALSE(clock.WaitUntil(mutex, condition, absl::InfiniteDuration()));
    }
  }
  notifier.join();
}

}  // namespace
}  // namespace cache_invalidation
