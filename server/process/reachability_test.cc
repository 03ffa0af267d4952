// SPDX-License-Identifier: Apache-2.0

#include "server/process/self_check.h"

#include "gtest/gtest.h"

namespace cache_invalidation::process {
namespace {

TEST(ReachabilityTest, IsLostWithOneFailureAndBackWithOneAnswer) {
  Reachability state;
  EXPECT_TRUE(state.reachable());
  for (Reach failure : {Reach::kSilent, Reach::kRefused}) {
    state.Observe(failure, absl::Seconds(1));
    EXPECT_FALSE(state.reachable());
    state.Observe(Reach::kAnswered, absl::Seconds(2));
    EXPECT_TRUE(state.reachable());
  }
}

TEST(ReachabilityTest, IsHopelessAfterALongSilence) {
  Reachability state;
  state.Observe(Reach::kSilent, absl::Seconds(100));
  state.Observe(Reach::kSilent, absl::Seconds(100) + kMaxUnreachable - absl::Seconds(1));
  EXPECT_FALSE(state.hopeless());
  state.Observe(Reach::kSilent, absl::Seconds(100) + kMaxUnreachable);
  EXPECT_TRUE(state.hopeless());
}

TEST(ReachabilityTest, KeepsHopeAsLongAsItRefuses) {
  Reachability state;
  for (int second = 0; second < 1000; ++second) {
    state.Observe(second % 30 == 0 ? Reach::kRefused : Reach::kSilent, absl::Seconds(second));
  }
  EXPECT_FALSE(state.reachable());
  EXPECT_FALSE(state.hopeless());
}

}  // namespace
}  // namespace cache_invalidation::process
