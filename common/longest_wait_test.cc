// SPDX-License-Identifier: Apache-2.0

#include "common/longest_wait.h"

#include "gtest/gtest.h"

namespace cache_invalidation {
namespace {

TEST(LongestWait, LeavesTimeForTheWayBack) {
  EXPECT_EQ(LongestWait(absl::Seconds(1)), absl::Milliseconds(900));
  EXPECT_EQ(LongestWait(absl::Seconds(2)), absl::Milliseconds(1800));
  EXPECT_EQ(LongestWait(absl::Milliseconds(2500)), absl::Milliseconds(2250));
  EXPECT_EQ(LongestWait(absl::Seconds(60)), absl::Milliseconds(59'750));
}

TEST(LongestWait, OfACallThatIsOverIsNone) {
  EXPECT_EQ(LongestWait(absl::ZeroDuration()), absl::ZeroDuration());
  EXPECT_EQ(LongestWait(absl::Seconds(-5)), absl::ZeroDuration());
  EXPECT_EQ(LongestWait(-absl::InfiniteDuration()), absl::ZeroDuration());
}

TEST(LongestWait, OfACallWithoutDeadlineIsNotBounded) {
  EXPECT_EQ(LongestWait(absl::InfiniteDuration()), absl::InfiniteDuration());
}

}  // namespace
}  // namespace cache_invalidation
