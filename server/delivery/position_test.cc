#include "server/delivery/position.h"

#include <optional>

#include <gtest/gtest.h>

namespace cache_invalidation::delivery {
namespace {

TEST(CheckPositionTest, SaysWhyHistoryCannotBeContinued) {
  const storage::RetainedRevisions retained{10, 20};
  const auto check = [&](const char* epoch, uint64_t revision) {
    return CheckPosition({epoch, revision}, "e", retained);
  };
  EXPECT_EQ(check("e", 10), std::nullopt) << "the floor itself has been seen";
  EXPECT_EQ(check("e", 15), std::nullopt);
  EXPECT_EQ(check("e", 20), std::nullopt);
  EXPECT_EQ(check("e", 9), ResetReason::kTrimmed);
  EXPECT_EQ(check("e", 0), ResetReason::kTrimmed);
  EXPECT_EQ(check("e", 21), ResetReason::kAhead);
  EXPECT_EQ(check("other", 15), ResetReason::kEpoch);
  EXPECT_EQ(check("other", 21), ResetReason::kEpoch) << "revisions of two histories do not compare";
  EXPECT_EQ(check("", 15), ResetReason::kEpoch);
}

TEST(CheckPositionTest, ANamespaceWithoutEventsIsAtZero) {
  EXPECT_EQ(CheckPosition({"e", 0}, "e", {0, 0}), std::nullopt);
  EXPECT_EQ(CheckPosition({"e", 1}, "e", {0, 0}), ResetReason::kAhead);
}

}  // namespace
}  // namespace cache_invalidation::delivery
