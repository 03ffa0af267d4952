// SPDX-License-Identifier: Apache-2.0

#include "client/internal/cache/lease_fence.h"

#include "gtest/gtest.h"

namespace cache_invalidation::client::internal {
namespace {

absl::Duration Moment(int seconds) { return absl::Seconds(seconds); }

TEST(LeaseFenceTest, IsOpenWhileALeaseRuns) {
  LeaseFence fence(Moment(0));
  EXPECT_FALSE(fence.IsOpen(Moment(0)));
  fence.Renew(0, -absl::InfiniteDuration(), Moment(1));
  EXPECT_FALSE(fence.IsOpen(Moment(1)));
  fence.Renew(0, Moment(10), Moment(2));
  EXPECT_TRUE(fence.IsOpen(Moment(2)));
  EXPECT_FALSE(fence.IsOpen(Moment(10)));
  fence.Renew(0, Moment(15), Moment(9));
  EXPECT_TRUE(fence.IsOpen(Moment(14)));
  EXPECT_FALSE(fence.IsOpen(Moment(15)));
}

TEST(LeaseFenceTest, ALeaseIsNotShortenedByTheNextStream) {
  LeaseFence fence(Moment(0));
  fence.Renew(0, Moment(10), Moment(1));
  fence.Require(5, absl::Seconds(10));
  fence.Renew(0, -absl::InfiniteDuration(), Moment(2));
  fence.Renew(5, Moment(7), Moment(3));
  EXPECT_TRUE(fence.IsOpen(Moment(9)));
}

TEST(LeaseFenceTest, StaysClosedUntilTheHeadIsApplied) {
  LeaseFence fence(Moment(0));
  fence.Renew(0, Moment(10), Moment(1));
  fence.Require(5, absl::Seconds(10));
  fence.Renew(4, Moment(30), Moment(20));
  EXPECT_FALSE(fence.IsOpen(Moment(20)));
  fence.Renew(5, Moment(30), Moment(21));
  EXPECT_TRUE(fence.IsOpen(Moment(21)));
}

TEST(LeaseFenceTest, ALeaseMayEndBeforeItsTime) {
  LeaseFence fence(Moment(0));
  fence.End(Moment(1));
  EXPECT_FALSE(fence.IsOpen(Moment(1)));
  fence.Renew(0, Moment(10), Moment(4));
  fence.End(Moment(6));
  EXPECT_FALSE(fence.IsOpen(Moment(6)));
  EXPECT_EQ(fence.FencedFor(Moment(8)), Moment(6));
  fence.End(Moment(9));
  EXPECT_EQ(fence.open_until(), Nanoseconds(Moment(6)));
  EXPECT_EQ(fence.FencedFor(Moment(9)), Moment(7));
}

TEST(LeaseFenceTest, WhenDistrustedItOpensWithALeaseThatIsRequestedLater) {
  LeaseFence fence(Moment(0));
  fence.Require(0, absl::Seconds(10));
  fence.Renew(0, Moment(10), Moment(1));
  fence.Distrust(Moment(4));
  EXPECT_FALSE(fence.IsOpen(Moment(4)));
  fence.Renew(0, Moment(14), Moment(5));
  EXPECT_FALSE(fence.IsOpen(Moment(5))) << "it was requested at 4";
  fence.Renew(0, Moment(15), Moment(6));
  EXPECT_TRUE(fence.IsOpen(Moment(6)));
  EXPECT_EQ(fence.FencedFor(Moment(6)), Moment(3));

  fence.Distrust(Moment(7));
  fence.Trust();
  fence.Renew(0, Moment(16), Moment(8));
  EXPECT_TRUE(fence.IsOpen(Moment(8)));
}

TEST(LeaseFenceTest, CountsTheTimeWithoutLease) {
  LeaseFence fence(Moment(0));
  EXPECT_EQ(fence.FencedFor(Moment(3)), Moment(3));
  fence.Renew(0, Moment(10), Moment(4));
  EXPECT_EQ(fence.FencedFor(Moment(9)), Moment(4));
  EXPECT_EQ(fence.FencedFor(Moment(12)), Moment(6));
  fence.Renew(0, Moment(13), Moment(15));  // it has ended already
  EXPECT_FALSE(fence.IsOpen(Moment(15)));
  EXPECT_EQ(fence.FencedFor(Moment(16)), Moment(10));
  fence.Renew(0, Moment(30), Moment(17));
  EXPECT_EQ(fence.FencedFor(Moment(29)), Moment(11));
}

}  // namespace
}  // namespace cache_invalidation::client::internal
