#include "client/cachectl/ticker.h"

#include <atomic>

#include "gtest/gtest.h"
#include "tests/fakes/fake_clock.h"

namespace cache_invalidation::cachectl {
namespace {

TEST(TickerTest, CallsAfterEachInterval) {
  FakeClock clock;
  std::atomic<int> calls = 0;
  const Ticker ticker(clock, absl::Seconds(10), [&] { ++calls; });
  for (int interval = 0; interval < 3; ++interval) {
    clock.AwaitWaiters(1);
    EXPECT_EQ(calls, interval);
    clock.Advance(absl::Seconds(9));
    clock.AwaitWaiters(1);
    EXPECT_EQ(calls, interval);
    clock.Advance(absl::Seconds(1));
  }
  clock.AwaitWaiters(1);
  EXPECT_EQ(calls, 3);
}

TEST(TickerTest, EndsWithoutACall) {
  FakeClock clock;
  const Ticker ticker(clock, absl::InfiniteDuration(), [] { FAIL(); });
}

}  // namespace
}  // namespace cache_invalidation::cachectl
