// SPDX-License-Identifier: Apache-2.0

#include "common/monotonic_bound.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <random>

namespace cache_invalidation {
namespace {

constexpr int64_t kMillisecond = 1'000'000;
constexpr int64_t kSecond = 1'000 * kMillisecond;

// A machine whose clocks a test moves.
struct Machine {
  int64_t tick = 4 * kMillisecond;
  bool is_reliable = true;
  int64_t boottime = 1'000 * kSecond;
  int64_t suspended = 0;
  int64_t wall_offset = 1'700'000'000 * kSecond;  // of the wall clock to the time since boot
  int exact_readings = 0;
  std::function<void()> before_exact = [] {};

  int64_t monotonic() const { return boottime - suspended; }
  void Run(int64_t time) { boottime += time; }
  void Suspend(int64_t time) {
    boottime += time;
    suspended += time;
  }
};

class MonotonicBoundTest : public testing::Test {
 protected:
  // The clocks as the kernel shows them: the coarse ones are of the last tick.
  struct System {
    Machine* machine;

    int64_t LastTick() const { return machine->monotonic() % machine->tick; }
    int64_t CoarseMonotonic() const { return machine->monotonic() - LastTick(); }
    int64_t CoarseRealtime() const { return machine->boottime - LastTick() + machine->wall_offset; }
    int64_t Monotonic() const { return machine->monotonic(); }
    int64_t Boottime() const {
      machine->before_exact();
      ++machine->exact_readings;
      return machine->boottime;
    }
    bool IsCoarseReliable() const { return machine->is_reliable; }
  };
  using Bound = MonotonicBound<System>;

  void ExpectBound() {
    const int64_t bound = bound_.Get();
    EXPECT_GE(bound, machine_.boottime);
    EXPECT_LE(bound, machine_.boottime + Bound::kSlack);
  }

  Machine machine_;
  Bound bound_{System{&machine_}};
};

TEST_F(MonotonicBoundTest, ReadsExactlyOnceWhileNothingHappens) {
  for (int i = 0; i < 1'000; ++i) {
    ExpectBound();
    machine_.Run(kMillisecond);
  }
  EXPECT_EQ(machine_.exact_readings, 1);
}

TEST_F(MonotonicBoundTest, CountsTheTimeSuspended) {
  ExpectBound();
  machine_.Suspend(3'600 * kSecond);
  ExpectBound();
  EXPECT_EQ(machine_.exact_readings, 2);
  machine_.Run(kSecond);
  ExpectBound();
  EXPECT_EQ(machine_.exact_readings, 2);
}

TEST_F(MonotonicBoundTest, ManyShortSuspendsAreNoticed) {
  for (int i = 0; i < 1'000; ++i) {
    machine_.Suspend(7 * kMillisecond);
    ExpectBound();
  }
}

TEST_F(MonotonicBoundTest, AWallClockThatIsSetChangesNothing) {
  ExpectBound();
  for (const int64_t by : {kSecond, -kSecond, 1'000'000 * kSecond, -1'000'000 * kSecond}) {
    machine_.wall_offset += by;
    ExpectBound();
    machine_.Run(kSecond);
    ExpectBound();
  }
  EXPECT_EQ(machine_.exact_readings, 5);
}

TEST_F(MonotonicBoundTest, ASuspendBesideAWallClockThatIsSetIsNoticed) {
  ExpectBound();
  for (const int64_t by : {kSecond, -kSecond / 2, -2 * kSecond}) {
    machine_.Suspend(kSecond);
    machine_.wall_offset += by;
    ExpectBound();
  }
}

// Between any two of the readings that make up an exact one.
TEST_F(MonotonicBoundTest, ASuspendDuringAnExactReadingIsNoticed) {
  machine_.before_exact = [this] {
    if (machine_.exact_readings == 0) machine_.Suspend(kSecond);
  };
  ExpectBound();
  ExpectBound();
  machine_.Run(kSecond);
  ExpectBound();
}

TEST_F(MonotonicBoundTest, AThreadThatIsHeldUpDuringAnExactReadingNotesNothing) {
  machine_.before_exact = [this] { machine_.Run(10 * kSecond); };
  ExpectBound();
  machine_.before_exact = [] {};
  machine_.Run(kSecond);
  ExpectBound();
  ExpectBound();
  EXPECT_EQ(machine_.exact_readings, 2);
}

TEST_F(MonotonicBoundTest, AnUnreliableTickIsNotUsed) {
  machine_.is_reliable = false;
  const Bound bound(System{&machine_});
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(bound.Get(), machine_.boottime);
    machine_.Run(kMillisecond);
  }
}

TEST_F(MonotonicBoundTest, WhateverHappensInWhateverOrder) {
  std::mt19937 random(1);
  for (int i = 0; i < 100'000; ++i) {
    const int64_t time = random() % (2 * kSecond);
    switch (random() % 4) {
      case 0:
        machine_.Suspend(time);
        break;
      case 1:
        // Forward: see the header for what a clock that is set back can hide.
        machine_.wall_offset += time;
        break;
      default:
        machine_.Run(time);
    }
    if (random() % 2 == 0) ExpectBound();
  }
}

}  // namespace
}  // namespace cache_invalidation
