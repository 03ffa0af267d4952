// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/position.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <random>
#include <set>

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

TEST(AppliedRevisionTest, WhatDoesNotConcernTheClientIsAppliedWhenItIsPassed) {
  AppliedRevision applied(3);
  EXPECT_EQ(applied.revision(), 3u);
  applied.Passed(9);
  EXPECT_EQ(applied.revision(), 9u);
}

TEST(AppliedRevisionTest, WhatWasSentIsAppliedWhenItIsAcknowledged) {
  AppliedRevision applied(0);
  applied.Sent(4, 4);
  applied.Passed(9);
  EXPECT_EQ(applied.revision(), 3u) << "what came before the first";
  applied.Sent(12, 12);
  applied.Passed(20);
  applied.Acknowledged(4);
  EXPECT_EQ(applied.revision(), 11u) << "up to the next that was sent";
  applied.Acknowledged(12);
  EXPECT_EQ(applied.revision(), 20u);
}

TEST(AppliedRevisionTest, AcknowledgingAProgressCoversWhatWasSentBeforeIt) {
  AppliedRevision applied(0);
  applied.Sent(4, 4);
  applied.Passed(9);
  applied.Acknowledged(7);
  EXPECT_EQ(applied.revision(), 9u);
}

TEST(AppliedRevisionTest, ARevisionOfWhichPartsWereSentIsNotPassed) {
  AppliedRevision applied(0);
  applied.Sent(1, 2);  // 2 goes on in the next message
  applied.Passed(1);
  applied.Acknowledged(1);
  EXPECT_EQ(applied.revision(), 1u);
  applied.Sent(2, 2);
  applied.Passed(2);
  EXPECT_EQ(applied.revision(), 1u);
  applied.Acknowledged(2);
  EXPECT_EQ(applied.revision(), 2u);
}

TEST(AppliedRevisionTest, WhatWasAppliedBeforeIsNotAskedForAgain) {
  AppliedRevision applied(10);
  applied.Sent(8, 12);
  applied.Passed(12);
  EXPECT_EQ(applied.revision(), 10u);
  applied.Acknowledged(9);
  EXPECT_EQ(applied.revision(), 10u);
  applied.Acknowledged(12);
  EXPECT_EQ(applied.revision(), 12u);
}

TEST(AppliedRevisionTest, ManyGapsAreForgottenOnTheSafeSide) {
  AppliedRevision applied(0);
  const uint64_t many = 10 * AppliedRevision::kMaxRanges;
  for (uint64_t revision = 2; revision <= 2 * many; revision += 2) applied.Sent(revision, revision);
  applied.Passed(2 * many + 5);
  applied.Acknowledged(2);
  EXPECT_EQ(applied.revision(), 3u) << "exact where it remembers";
  applied.Acknowledged(many);
  EXPECT_EQ(applied.revision(), many) << "not more than was said where it does not";
  applied.Acknowledged(2 * many);
  EXPECT_EQ(applied.revision(), 2 * many + 5);
}

// The definition, taken literally.
struct Naive {
  std::set<uint64_t> sent = {};
  uint64_t passed = 0;
  uint64_t acknowledged = 0;

  bool Applied(uint64_t revision) const {
    if (acknowledged >= revision) return true;
    if (passed < revision) return false;
    const auto above = sent.upper_bound(revision);
    return above == sent.begin() || acknowledged >= *std::prev(above);
  }
};

TEST(AppliedRevisionTest, AgreesWithTheDefinition) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    AppliedRevision applied(0);
    Naive naive;
    // Few enough that nothing is forgotten.
    for (int step = 0; step < 120; ++step) {
      if (random() % 2 == 0) {
        uint64_t next = naive.passed + 1 + random() % 3;
        if (random() % 4 != 0) {
          applied.Sent(next, next);
          naive.sent.insert(next);
        }
        applied.Passed(next);
        naive.passed = next;
      } else if (naive.passed > 0) {
        const uint64_t revision = random() % (naive.passed + 1);
        applied.Acknowledged(revision);
        naive.acknowledged = std::max(naive.acknowledged, revision);
      }
      const uint64_t told = applied.revision();
      ASSERT_TRUE(told == 0 || naive.Applied(told)) << "seed " << seed << " step " << step;
      ASSERT_FALSE(naive.Applied(told + 1)) << "seed " << seed << " step " << step;
    }
  }
}

}  // namespace

}  // namespace cache_invalidation::delivery
