// SPDX-License-Identifier: Apache-2.0

#include "server/shard/engine_time.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/fakes/fake_clock.h"

namespace cache_invalidation::shard {
namespace {

TEST(EngineTimeTest, IsTheWallClockPlusMonotonicTime) {
  FakeClock clock;
  clock.Advance(absl::Seconds(5));
  const absl::Time start = clock.Now();
  const EngineTime time(clock, absl::UnixEpoch());
  EXPECT_EQ(time.Now(), start);
  clock.Advance(absl::Seconds(1));
  EXPECT_EQ(time.Now(), start + absl::Seconds(1));
}

TEST(EngineTimeTest, DoesNotFollowAWallClockThatJumps) {
  FakeClock clock;
  const absl::Time start = clock.Now();
  const EngineTime time(clock, absl::UnixEpoch());
  clock.SetWallClock(start - absl::Hours(1));
  clock.Advance(absl::Seconds(1));
  EXPECT_EQ(time.Now(), start + absl::Seconds(1));
}

TEST(EngineTimeTest, NeverStartsBeforeTheLastRecordedTime) {
  FakeClock clock;
  const absl::Time recorded = clock.Now() + absl::Hours(2);
  const EngineTime time(clock, recorded);
  EXPECT_EQ(time.Now(), recorded);
  clock.Advance(absl::Seconds(1));
  EXPECT_EQ(time.Now(), recorded + absl::Seconds(1));
}

TEST(EngineTimeTest, KnowsTheMonotonicTimeOfAnEngineTime) {
  FakeClock clock;
  clock.Advance(absl::Seconds(7));
  const EngineTime time(clock, absl::UnixEpoch());
  EXPECT_EQ(time.MonotonicAt(time.Now() + absl::Seconds(3)), clock.Monotonic() + absl::Seconds(3));
  EXPECT_EQ(time.MonotonicAt(absl::InfiniteFuture()), absl::InfiniteDuration());
}

absl::Time At(int seconds) { return absl::FromUnixSeconds(seconds); }

TEST(DeadlineQueueTest, BeginsEmpty) {
  DeadlineQueue queue;
  EXPECT_EQ(queue.earliest(), absl::InfiniteFuture());
  EXPECT_EQ(queue.PopDue(At(1)), std::nullopt);
}

TEST(DeadlineQueueTest, TheEarliestComesFirstThenTheSmallestName) {
  DeadlineQueue queue;
  queue.Set("late", At(3));
  queue.Set("b", At(2));
  queue.Set("a", At(2));
  EXPECT_EQ(queue.earliest(), At(2));
  EXPECT_EQ(queue.PopDue(At(1)), std::nullopt);
  EXPECT_EQ(queue.PopDue(At(2)), "a");
  EXPECT_EQ(queue.PopDue(At(2)), "b");
  EXPECT_EQ(queue.PopDue(At(2)), std::nullopt);
  EXPECT_EQ(queue.PopDue(At(9)), "late");
}

TEST(DeadlineQueueTest, ANewDeadlineReplacesTheOld) {
  DeadlineQueue queue;
  queue.Set("n", At(5));
  queue.Set("n", At(2));
  EXPECT_EQ(queue.earliest(), At(2));
  queue.Set("n", At(7));
  EXPECT_EQ(queue.PopDue(At(6)), std::nullopt);
  queue.Set("n", std::nullopt);
  queue.Set("never set", std::nullopt);
  EXPECT_EQ(queue.earliest(), absl::InfiniteFuture());
}

TEST(DeadlineQueueTest, AgreesWithANaiveModel) {
  constexpr uint32_t kSeed = 7;
  std::mt19937 random(kSeed);
  DeadlineQueue queue;
  std::map<std::string, absl::Time> model;
  for (int step = 0; step < 20'000; ++step) {
    SCOPED_TRACE(absl::StrCat("seed ", kSeed, " step ", step));
    const std::string name = absl::StrCat("n", random() % 20);
    const absl::Time time = At(static_cast<int>(random() % 50));
    switch (random() % 3) {
      case 0:
        queue.Set(name, time);
        model[name] = time;
        break;
      case 1:
        queue.Set(name, std::nullopt);
        model.erase(name);
        break;
      default: {
        auto first = model.end();
        for (auto it = model.begin(); it != model.end(); ++it) {
          if (first == model.end() || it->second < first->second) {
            first = it;
          }
        }
        ASSERT_EQ(queue.earliest(), first == model.end() ? absl::InfiniteFuture() : first->second);
        const bool due = first != model.end() && first->second <= time;
        ASSERT_EQ(queue.PopDue(time), due ? std::optional(first->first) : std::nullopt);
        if (due) {
          model.erase(first);
        }
      }
    }
  }
}

}  // namespace

}  // namespace cache_invalidation::shard
