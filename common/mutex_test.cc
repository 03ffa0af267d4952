// SPDX-License-Identifier: Apache-2.0

#include "common/mutex.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace cache_invalidation {
namespace {

class Counter {
 public:
  void Add(int n) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    value_ += n;
    changed_.NotifyAll();
  }

  int AwaitAtLeast(int n) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    while (value_ < n) changed_.Wait(mutex_);
    return value_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  int value_ ABSL_GUARDED_BY(mutex_) = 0;
};

TEST(Mutex, LosesNoUpdateOfManyThreads) {
  constexpr int kThreads = 4;
  constexpr int kUpdates = 1000;
  Counter counter;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&counter] {
      for (int n = 0; n < kUpdates; ++n) counter.Add(1);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter.AwaitAtLeast(0), kThreads * kUpdates);
}

TEST(CondVar, WakesEveryWaiter) {
  Counter counter;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&counter] { EXPECT_EQ(counter.AwaitAtLeast(7), 7); });
  }
  counter.Add(7);
  for (std::thread& thread : threads) thread.join();
}

TEST(CondVar, NotifyOneWakesAWaiter) {
  Mutex mutex;
  CondVar changed;
  bool ready = false;
  std::thread waiter([&] {
    MutexLock lock(mutex);
    while (!ready) changed.Wait(mutex);
  });
  {
    MutexLock lock(mutex);
    ready = true;
  }
  changed.NotifyOne();
  waiter.join();
}

}  // namespace
}  // namespace cache_invalidation
