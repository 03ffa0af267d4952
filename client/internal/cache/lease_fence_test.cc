#include "client/internal/cache/lease_fence.h"

#include "gtest/gtest.h"

namespace cache_invalidation::client::internal {
namespace {

absl::Duration At(int seconds) { return absl::Seconds(seconds); }

TEST(LeaseFenceTest, IsOpenWhileALeaseRuns) {
  LeaseFence fence(At(0));
  EXPECT_FALSE(fence.IsOpen(At(0)));
  fence.Renew(0, -absl::InfiniteDuration(), At(1));
  EXPECT_FALSE(fence.IsOpen(At(1)));
  fence.Renew(0, At(10), At(2));
  EXPECT_TRUE(fence.IsOpen(At(2)));
  EXPECT_FALSE(fence.IsOpen(At(10)));
  fence.Renew(0, At(15), At(9));
  EXPECT_TRUE(fence.IsOpen(At(14)));
  EXPECT_FALSE(fence.IsOpen(At(15)));
}

TEST(LeaseFenceTest, ALeaseIsNotShortenedByTheNextStream) {
  LeaseFence fence(At(0));
  fence.Renew(0, At(10), At(1));
  fence.Require(5, absl::Seconds(10));
  fence.Renew(0, -absl::InfiniteDuration(), At(2));
  fence.Renew(5, At(7), At(3));
  EXPECT_TRUE(fence.IsOpen(At(9)));
}

TEST(LeaseFenceTest, StaysClosedUntilTheHeadIsApplied) {
  LeaseFence fence(At(0));
  fence.Renew(0, At(10), At(1));
  fence.Require(5, absl::Seconds(10));
  fence.Renew(4, At(30), At(20));
  EXPECT_FALSE(fence.IsOpen(At(20)));
  fence.Renew(5, At(30), At(21));
  EXPECT_TRUE(fence.IsOpen(At(21)));
}

TEST(LeaseFenceTest, ALeaseMayEndBeforeItsTime) {
  LeaseFence fence(At(0));
  fence.End(At(1));
  EXPECT_FALSE(fence.IsOpen(At(1)));
  fence.Renew(0, At(10), At(4));
  fence.End(At(6));
  EXPECT_FALSE(fence.IsOpen(At(6)));
  EXPECT_EQ(fence.FencedFor(At(8)), At(6));
  fence.End(At(9));
  EXPECT_EQ(fence.open_until(), Nanoseconds(At(6)));
  EXPECT_EQ(fence.FencedFor(At(9)), At(7));
}

TEST(LeaseFenceTest, WhenDistrustedItOpensWithALeaseThatIsRequestedLater) {
  LeaseFence fence(At(0));
  fence.Require(0, absl::Seconds(10));
  fence.Renew(0, At(10), At(1));
  fence.Distrust(At(4));
  EXPECT_FALSE(fence.IsOpen(At(4)));
  fence.Renew(0, At(14), At(5));
  EXPECT_FALSE(fence.IsOpen(At(5))) << "it was requested at 4";
  fence.Renew(0, At(15), At(6));
  EXPECT_TRUE(fence.IsOpen(At(6)));
  EXPECT_EQ(fence.FencedFor(At(6)), At(3));

  fence.Distrust(At(7));
  fence.Trust();
  fence.Renew(0, At(16), At(8));
  EXPECT_TRUE(fence.IsOpen(At(8)));
}

TEST(LeaseFenceTest, CountsTheTimeWithoutLease) {
  LeaseFence fence(At(0));
  EXPECT_EQ(fence.FencedFor(At(3)), At(3));
  fence.Renew(0, At(10), At(4));
  EXPECT_EQ(fence.FencedFor(At(9)), At(4));
  EXPECT_EQ(fence.FencedFor(At(12)), At(6));
  fence.Renew(0, At(13), At(15));  // it has ended already
  EXPECT_FALSE(fence.IsOpen(At(15)));
  EXPECT_EQ(fence.FencedFor(At(16)), At(10));
  fence.Renew(0, At(30), At(17));
  EXPECT_EQ(fence.FencedFor(At(29)), At(11));
}

}  // namespace
}  // namespace cache_invalidation::client::internal
