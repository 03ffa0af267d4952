// SPDX-License-Identifier: Apache-2.0

#include "common/testing/fake_clock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "common/mutex.h"

namespace cache_invalidation {
namespace {

// Waits, on its own thread, for one deadline or until told.
class Sleeper {
 public:
  Sleeper(FakeClock& clock, absl::Duration deadline)
      : thread_([this, &clock, deadline] {
          MutexLock lock(mutex_);
          while (!told_) {
            if (clock.WaitUntil(mutex_, condition_, deadline)) {
              expired_ = true;
              return;
            }
          }
        }) {}
  ~Sleeper() { Join(); }

  void Tell() {
    MutexLock lock(mutex_);
    told_ = true;
    condition_.NotifyAll();
  }
  void Join() {
    if (thread_.joinable()) thread_.join();
  }
  bool expired() const { return expired_; }

 private:
  Mutex mutex_;
  CondVar condition_;
  bool told_ ABSL_GUARDED_BY(mutex_) = false;
  std::atomic<bool> expired_ = false;
  std::thread thread_;
};

TEST(FakeClock, StandsStillUntilAdvanced) {
  FakeClock clock;
  EXPECT_EQ(clock.Now(), FakeClock::kStart);
  EXPECT_EQ(clock.Monotonic(), absl::ZeroDuration());
  clock.Advance(absl::Seconds(3));
  EXPECT_EQ(clock.Now(), FakeClock::kStart + absl::Seconds(3));
  EXPECT_EQ(clock.Monotonic(), absl::Seconds(3));
}

TEST(FakeClock, TheWallClockJumpsAlone) {
  FakeClock clock;
  clock.Advance(absl::Seconds(3));
  clock.SetWallClock(FakeClock::kStart - absl::Hours(1));
  EXPECT_EQ(clock.Now(), FakeClock::kStart - absl::Hours(1));
  EXPECT_EQ(clock.Monotonic(), absl::Seconds(3));
}

TEST(FakeClock, ADeadlineThatPassedDoesNotBlock) {
  FakeClock clock;
  Mutex mutex;
  CondVar condition;
  MutexLock lock(mutex);
  EXPECT_TRUE(clock.WaitUntil(mutex, condition, absl::ZeroDuration()));
}

TEST(FakeClock, AdvanceReleasesThoseWhoseDeadlineCame) {
  FakeClock clock;
  Sleeper early(clock, absl::Seconds(1));
  Sleeper late(clock, absl::Seconds(2));
  clock.AwaitWaiters(2);
  clock.Advance(absl::Milliseconds(999));
  EXPECT_FALSE(early.expired());
  clock.Advance(absl::Milliseconds(1));
  early.Join();
  EXPECT_TRUE(early.expired());
  EXPECT_FALSE(late.expired());
  clock.Advance(absl::Hours(1));
  late.Join();
  EXPECT_TRUE(late.expired());
}

TEST(FakeClock, ANotificationEndsAWait) {
  FakeClock clock;
  Sleeper sleeper(clock, absl::InfiniteDuration());
  clock.AwaitWaiters(1);
  sleeper.Tell();
  sleeper.Join();
  EXPECT_FALSE(sleeper.expired());
}

// A deadline that comes just as a thread goes to sleep is not missed.
TEST(FakeClock, LosesNoWakeUnderChurn) {
  FakeClock clock;
  constexpr int kThreads = 4;
  constexpr int kTicks = 200;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&clock] {
      Mutex mutex;
      CondVar condition;
      MutexLock lock(mutex);
      for (int tick = 1; tick <= kTicks; ++tick) {
        while (!clock.WaitUntil(mutex, condition, absl::Seconds(tick))) {
        }
      }
    });
  }
  for (int tick = 0; tick < kTicks; ++tick) clock.Advance(absl::Seconds(1));
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace cache_invalidation
