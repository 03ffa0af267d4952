// SPDX-License-Identifier: Apache-2.0

#include "client/connect/postgres/visibility.h"

#include "gtest/gtest.h"

namespace cache_invalidation::connect {
namespace {

TEST(SnapshotTest, SeesWhatHasEnded) {
  const auto snapshot = Snapshot::Parse("100:105:100,103");
  ASSERT_TRUE(snapshot.has_value());
  EXPECT_TRUE(snapshot->Sees(99));
  EXPECT_FALSE(snapshot->Sees(100));
  EXPECT_TRUE(snapshot->Sees(101));
  EXPECT_FALSE(snapshot->Sees(103));
  EXPECT_FALSE(snapshot->Sees(105));
  EXPECT_FALSE(snapshot->Sees(106));
}

TEST(SnapshotTest, TheLogHasOnly32Bits) {
  const auto snapshot = Snapshot::Parse("4294967290:4294967300:4294967295,4294967298");
  ASSERT_TRUE(snapshot.has_value());
  EXPECT_TRUE(snapshot->Sees(4294967289));
  EXPECT_FALSE(snapshot->Sees(4294967295));
  EXPECT_TRUE(snapshot->Sees(1));
  EXPECT_FALSE(snapshot->Sees(2));
  EXPECT_TRUE(snapshot->Sees(3));
  EXPECT_FALSE(snapshot->Sees(4));
}

TEST(SnapshotTest, KnowsWhenEarlierTransactionsHaveEnded) {
  const auto earlier = Snapshot::Parse("10:20:10");
  EXPECT_FALSE(Snapshot::Parse("19:30:19")->HasSeenTheEndOf(*earlier));
  EXPECT_TRUE(Snapshot::Parse("20:30:20")->HasSeenTheEndOf(*earlier));
}

TEST(SnapshotTest, RefusesOtherTexts) {
  for (const char* text : {"", "1", "1:2", "1:2:x", "a:2:", "1:2:3:4", "-1:2:"}) {
    EXPECT_FALSE(Snapshot::Parse(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace cache_invalidation::connect
