// SPDX-License-Identifier: Apache-2.0

#include "server/engine/sweep_round.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace cache_invalidation::engine {
namespace {

TEST(RememberedNames, ForgetsNothingThatFits) {
  RememberedNames names(10, 20);
  for (uint64_t revision = 11; revision <= 20; ++revision) names.Count(revision);
  EXPECT_EQ(names.total(), 10u);
  EXPECT_EQ(names.FloorThatLeaves(10), 10u);
}

TEST(RememberedNames, IsExactWhereSpansAreRevisions) {
  RememberedNames names(10, 20);
  for (uint64_t revision = 11; revision <= 20; ++revision) names.Count(revision);
  EXPECT_EQ(names.FloorThatLeaves(4), 16u);
  EXPECT_EQ(names.FloorThatLeaves(0), 20u);
}

TEST(RememberedNames, OneRevisionCannotBeDivided) {
  RememberedNames names(0, 1000);
  for (int i = 0; i < 5; ++i) names.Count(1000);
  EXPECT_EQ(names.FloorThatLeaves(4), 1000u);
}

TEST(RememberedNames, WhatHappenedSinceCountsAsTheNewest) {
  RememberedNames names(0, 2);
  names.Count(1);
  names.Count(7);
  EXPECT_EQ(names.FloorThatLeaves(1), 1u);
  EXPECT_EQ(names.FloorThatLeaves(0), 2u);
  RememberedNames none_yet(3, 3);
  none_yet.Count(4);
  EXPECT_EQ(none_yet.FloorThatLeaves(0), 3u);
  EXPECT_EQ(none_yet.total(), 1u);
}

TEST(RememberedNames, LeavesNoMoreThanAskedAndNotMuchLess) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 200; ++round) {
    const uint64_t floor = random() % 1000;
    const uint64_t head = floor + 1 + random() % 5000;
    RememberedNames names(floor, head);
    std::vector<uint64_t> revisions;
    for (int i = 0; i < 1000; ++i) {
      revisions.push_back(floor + 1 + random() % (head - floor));
      names.Count(revisions.back());
    }
    const uint64_t most = random() % 1000;
    const uint64_t chosen = names.FloorThatLeaves(most);
    const auto left = [&](uint64_t above) {
      return static_cast<uint64_t>(std::count_if(revisions.begin(), revisions.end(),
                                                 [above](uint64_t r) { return r > above; }));
    };
    ASSERT_LE(left(chosen), most);
    ASSERT_LE(chosen, head);
    // A floor one span lower would leave too many.
    const uint64_t span = (head - floor) / 64 + 1;
    if (chosen >= floor + span) {
      ASSERT_GT(left(chosen - span), most);
    }
  }
}

}  // namespace
}  // namespace cache_invalidation::engine
