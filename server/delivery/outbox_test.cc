#include "server/delivery/outbox.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "common/mutex.h"
#include "tests/fakes/fake_clock.h"

namespace cache_invalidation::delivery {
namespace {

using Completion = Outlet::Completion;

// Counts, and lets a test wait for a count.
class Counter {
 public:
  void Add() {
    MutexLock lock(mutex_);
    ++count_;
    changed_.NotifyAll();
  }
  void AwaitAtLeast(int count) {
    MutexLock lock(mutex_);
    while (count_ < count) changed_.Wait(mutex_);
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Counts how often it is driven; asks to be driven every second; over once told to drain.
class CountingStream final : public OutboxStream {
 public:
  Upkeep Drive(absl::Duration now) override {
    driven.Add();
    return {draining_, 1, now + absl::Seconds(1)};
  }
  void Drain(absl::Duration) override { draining_ = true; }
  void Abort() override { draining_ = true; }

  Counter driven;

 private:
  bool draining_ = false;
};

TEST(OutboxTest, RunsCompletionsAndDrivesStreams) {
  FakeClock clock;
  Counter answered;
  auto stream = std::make_shared<CountingStream>();
  {
    Outbox outbox(clock);
    outbox.Wake(stream);
    stream->driven.AwaitAtLeast(1);
    std::vector<Completion> completions;
    completions.push_back([&](bool durable) {
      EXPECT_TRUE(durable);
      answered.Add();
    });
    outbox.Deliver(std::move(completions), {1});
    answered.AwaitAtLeast(1);
    stream->driven.AwaitAtLeast(2);
    clock.AwaitWaiters(1);
    clock.Advance(absl::Seconds(1));
    stream->driven.AwaitAtLeast(3);
    outbox.Drain(absl::Seconds(1));
    stream->driven.AwaitAtLeast(4);
  }
  EXPECT_EQ(stream.use_count(), 1);
}

TEST(OutboxTest, DoesWhatWasHandedInBeforeItStops) {
  FakeClock clock;
  int lost = 0;
  {
    Outbox outbox(clock);
    std::vector<Completion> completions;
    for (int i = 0; i < 100; ++i) {
      completions.push_back([&](bool durable) { lost += durable ? 0 : 1; });
    }
    outbox.Abandon(std::move(completions));
  }
  EXPECT_EQ(lost, 100);
}

// Tells which of the values it was given it has seen when it was driven.
class MailStream final : public OutboxStream {
 public:
  void Give(int value) { given_ = value; }
  void AwaitSeen(int value) {
    MutexLock lock(mutex_);
    while (seen_ < value) changed_.Wait(mutex_);
  }

  Upkeep Drive(absl::Duration) override {
    MutexLock lock(mutex_);
    seen_ = given_;
    changed_.NotifyAll();
    return {false, 1, absl::InfiniteDuration()};
  }
  void Drain(absl::Duration) override {}
  void Abort() override {}

 private:
  std::atomic<int> given_ = 0;
  Mutex mutex_;
  CondVar changed_;
  int seen_ ABSL_GUARDED_BY(mutex_) = 0;
};

TEST(OutboxTest, NoWakeIsLost) {
  FakeClock clock;
  Outbox outbox(clock);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      auto stream = std::make_shared<MailStream>();
      for (int i = 1; i <= 2000; ++i) {
        stream->Give(i);
        // Every other time through the channel, which the first wake has joined.
        if (i % 2 == 1) {
          outbox.Wake(stream);
        } else {
          outbox.Deliver({}, {1});
        }
        stream->AwaitSeen(i);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace cache_invalidation::delivery
