// SPDX-License-Identifier: Apache-2.0

#include "server/access/rate_limits.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace cache_invalidation::access {
namespace {

constexpr absl::Duration kStart = absl::Hours(1000);
constexpr RateLimit kTenWithBurstOfThree = {.calls_per_second = 10, .burst = 3};

constexpr absl::Duration Ms(int64_t n) { return absl::Milliseconds(n); }

TEST(TokenBucketTest, GivesTheBurstAtOnceAndThenOneForEachStep) {
  TokenBucket bucket;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(bucket.Take(kTenWithBurstOfThree, kStart), absl::ZeroDuration());
  }
  EXPECT_EQ(bucket.Take(kTenWithBurstOfThree, kStart), Ms(100));
  EXPECT_EQ(bucket.Take(kTenWithBurstOfThree, kStart + Ms(40)), Ms(60));
  EXPECT_EQ(bucket.Take(kTenWithBurstOfThree, kStart + Ms(100)), absl::ZeroDuration());
  EXPECT_EQ(bucket.Take(kTenWithBurstOfThree, kStart + Ms(100)), Ms(100));
}

TEST(TokenBucketTest, IsNeverFullerThanTheBurst) {
  TokenBucket bucket;
  EXPECT_EQ(bucket.Take(kTenWithBurstOfThree, kStart), absl::ZeroDuration());
  const absl::Duration later = kStart + absl::Hours(1);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(bucket.Take(kTenWithBurstOfThree, later), absl::ZeroDuration());
  }
  EXPECT_GT(bucket.Take(kTenWithBurstOfThree, later), absl::ZeroDuration());
}

TEST(TokenBucketTest, WhatIsTakenInAdvanceIsPaidBack) {
  TokenBucket bucket;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(bucket.TakeInAdvance(kTenWithBurstOfThree, kStart), absl::ZeroDuration());
  }
  EXPECT_EQ(bucket.TakeInAdvance(kTenWithBurstOfThree, kStart), Ms(100));
  EXPECT_EQ(bucket.TakeInAdvance(kTenWithBurstOfThree, kStart), Ms(200));
  EXPECT_EQ(bucket.Take(kTenWithBurstOfThree, kStart + Ms(200)), Ms(100));
  EXPECT_EQ(bucket.Take(kTenWithBurstOfThree, kStart + Ms(300)), absl::ZeroDuration());
}

// What a crowd has taken does not lock out the others for longer.
TEST(TokenBucketTest, GivesOnlySoMuchInAdvance) {
  TokenBucket bucket;
  for (int i = 0; i < 3 + 50; ++i) {
    EXPECT_LE(bucket.TakeInAdvance(kTenWithBurstOfThree, kStart), TokenBucket::kLongestAdvance);
  }
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(bucket.TakeInAdvance(kTenWithBurstOfThree, kStart), absl::InfiniteDuration());
  }
  const absl::Duration later = kStart + TokenBucket::kLongestAdvance + Ms(100);
  EXPECT_EQ(bucket.Take(kTenWithBurstOfThree, later), absl::ZeroDuration());
  // One is always given, however slow the bucket is.
  TokenBucket slow;
  const RateLimit hourly = {.calls_per_second = 1.0 / 3600, .burst = 1};
  EXPECT_EQ(slow.TakeInAdvance(hourly, kStart), absl::ZeroDuration());
  EXPECT_LT(slow.TakeInAdvance(hourly, kStart), absl::Hours(2));
}

TEST(TokenBucketTest, GoesByTheLimitOfTheCall) {
  TokenBucket bucket;
  const RateLimit slow = {.calls_per_second = 0.5, .burst = 1};
  EXPECT_EQ(bucket.Take(slow, kStart), absl::ZeroDuration());
  EXPECT_EQ(bucket.Take(slow, kStart), absl::Seconds(2));
  const RateLimit raised = {.calls_per_second = 100, .burst = 1000};
  EXPECT_EQ(bucket.Take(raised, kStart), absl::ZeroDuration());
}

TEST(RateLimitsTest, KeepsABucketForEachName) {
  RateLimits limits(10);
  const RateLimit one = {.calls_per_second = 1, .burst = 1};
  EXPECT_EQ(limits.Take("a", one, kStart), absl::ZeroDuration());
  EXPECT_EQ(limits.Take("b", one, kStart), absl::ZeroDuration());
  EXPECT_EQ(limits.Take("a", one, kStart), absl::Seconds(1));
  EXPECT_EQ(limits.TakeInAdvance("b", one, kStart), absl::Seconds(1));
}

TEST(RateLimitsTest, ForgetsTheNameThatWasUsedLongestAgo) {
  RateLimits limits(10);
  const RateLimit one = {.calls_per_second = 1, .burst = 1};
  limits.Take("forgotten", one, kStart);
  for (int i = 0; i < 10; ++i) limits.Take(absl::StrCat(i), one, kStart);
  EXPECT_EQ(limits.Take("forgotten", one, kStart), absl::ZeroDuration());
  EXPECT_GT(limits.Take("9", one, kStart), absl::ZeroDuration());
}

}  // namespace
}  // namespace cache_invalidation::access
