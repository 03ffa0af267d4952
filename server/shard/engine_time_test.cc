#include "server/shard/engine_time.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace cache_invalidation::shard
