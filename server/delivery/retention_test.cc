// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/retention.h"

#include <limits>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace cache_invalidation::delivery {
namespace {

using Floors = std::vector<FloorMoved>;

constexpr absl::Duration kStart = absl::Seconds(1000);

TEST(RetentionTest, ForgetsTheOldestBeyondItsBytes) {
  Retention retention({.bytes = 1600, .age = absl::InfiniteDuration()});
  for (uint64_t head = 1; head <= 16; ++head) retention.Add("n", head, 100, kStart);
  EXPECT_EQ(retention.Forget(kStart), Floors{});
  retention.Add("n", 17, 100, kStart);
  EXPECT_EQ(retention.Forget(kStart), (Floors{{"n", 1}}));
  EXPECT_EQ(retention.Forget(kStart), Floors{}) << "each floor is told once";
  retention.Add("m", 5, 300, kStart);
  EXPECT_EQ(retention.Forget(kStart), (Floors{{"n", 4}}));
  EXPECT_EQ(retention.bytes(), 1600u);
}

// Whatever comes, neither much more nor much less is retained.
TEST(RetentionTest, ManySmallNamespacesShareTheBytes) {
  Retention retention({.bytes = 16'000, .age = absl::InfiniteDuration()});
  uint64_t floors = 0;
  for (uint64_t head = 1; head <= 100; ++head) {
    for (int name = 0; name < 100; ++name) {
      retention.Add(std::to_string(name), head, 10, kStart);
      for (const FloorMoved& moved : retention.Forget(kStart)) {
        EXPECT_LE(moved.floor, head);
        ++floors;
      }
      EXPECT_LE(retention.bytes(), 16'000u);
    }
  }
  EXPECT_GE(retention.bytes(), 15'000u);
  EXPECT_LT(floors, 100u * 100u) << "floors move for many events at once";
}

TEST(RetentionTest, KeepsTheNewestWhateverItsSize) {
  Retention retention({.bytes = 1000, .age = absl::InfiniteDuration()});
  retention.Add("n", 1, 5000, kStart);
  EXPECT_EQ(retention.Forget(kStart), Floors{});
  retention.Add("n", 2, 5000, kStart);
  EXPECT_EQ(retention.Forget(kStart), (Floors{{"n", 1}}));
}

TEST(RetentionTest, ForgetsWhatIsTooOld) {
  Retention retention({.bytes = std::numeric_limits<size_t>::max(), .age = absl::Seconds(160)});
  retention.Add("a", 1, 1, kStart);
  retention.Add("b", 7, 1, kStart + absl::Seconds(9));
  retention.Add("a", 2, 1, kStart + absl::Seconds(10));
  EXPECT_EQ(retention.Forget(kStart + absl::Seconds(168)), Floors{});
  EXPECT_EQ(retention.Forget(kStart + absl::Seconds(169)), (Floors{{"a", 1}, {"b", 7}}));
  EXPECT_EQ(retention.Forget(kStart + absl::Seconds(170)), (Floors{{"a", 2}}))
      << "the last one goes as well";
  EXPECT_EQ(retention.bytes(), 0u);
  retention.Add("a", 3, 1, kStart + absl::Seconds(500));
  EXPECT_EQ(retention.Forget(kStart + absl::Seconds(500)), Floors{});
}

TEST(RetentionTest, TellsTheHighestFloorOfANamespace) {
  Retention retention({.bytes = 1, .age = absl::Seconds(16)});
  retention.Add("n", 1, 1, kStart);
  retention.Add("n", 2, 1, kStart + absl::Seconds(1));
  retention.Add("n", 3, 1, kStart + absl::Seconds(2));
  EXPECT_EQ(retention.Forget(kStart + absl::Seconds(100)), (Floors{{"n", 3}}));
}

TEST(RetentionTest, NothingAtAllMayBeRetained) {
  Retention retention({.bytes = 0, .age = absl::ZeroDuration()});
  retention.Add("n", 1, 10, kStart);
  EXPECT_EQ(retention.Forget(kStart), (Floors{{"n", 1}}));
}

// A namespace that writes much takes the history of itself, not of those that write little.
TEST(RetentionTest, WhoWritesLittleKeepsItsShare) {
  Retention retention({.bytes = 16'000, .age = absl::Seconds(160)});
  retention.Add("quiet", 1, 300, kStart);
  for (uint64_t head = 1; head <= 1000; ++head) {
    retention.Add("noisy", head, 100, kStart + absl::Seconds(1));
    for (const FloorMoved& moved : retention.Forget(kStart + absl::Seconds(1))) {
      EXPECT_EQ(moved.namespace_name, "noisy");
    }
    EXPECT_LE(retention.bytes(), 16'000u);
  }
  EXPECT_GE(retention.bytes(), 14'000u);
  // Age counts for it as for all.
  EXPECT_EQ(retention.next_forget(), kStart + absl::Seconds(160));
  EXPECT_EQ(retention.Forget(kStart + absl::Seconds(160)), (Floors{{"quiet", 1}}));
}

TEST(RetentionTest, SharesAreHalfOfAllWhateverTheNumberOfNamespaces) {
  Retention retention({.bytes = 16'000, .age = absl::InfiniteDuration()});
  for (int name = 0; name < 100; ++name) retention.Add(std::to_string(name), 1, 70, kStart);
  std::set<std::string> forgotten;
  for (uint64_t head = 1; head <= 1000; ++head) {
    retention.Add("noisy", head, 100, kStart);
    for (const FloorMoved& moved : retention.Forget(kStart)) forgotten.insert(moved.namespace_name);
    EXPECT_LE(retention.bytes(), 16'000u);
  }
  EXPECT_EQ(forgotten, std::set<std::string>{"noisy"});
  // With twice as many nobody's 70 bytes are a share any more.
  for (int name = 100; name < 200; ++name) retention.Add(std::to_string(name), 1, 70, kStart);
  for (uint64_t head = 1001; head <= 2000; ++head) {
    retention.Add("noisy", head, 100, kStart);
    for (const FloorMoved& moved : retention.Forget(kStart)) forgotten.insert(moved.namespace_name);
    EXPECT_LE(retention.bytes(), 16'000u);
  }
  EXPECT_GT(forgotten.size(), 100u);
}

TEST(RetentionTest, WhatIsDeletedLeavesNothingBehind) {
  Retention retention({.bytes = 1600, .age = absl::Seconds(16)});
  retention.Add("gone", 1, 100, kStart);
  retention.Add("stays", 1, 50, kStart);
  retention.Remove("gone");
  retention.Remove("never there");
  EXPECT_EQ(retention.bytes(), 50u);
  EXPECT_EQ(retention.Forget(kStart + absl::Seconds(100)), (Floors{{"stays", 1}}));
  EXPECT_EQ(retention.bytes(), 0u);
}

}  // namespace
}  // namespace cache_invalidation::delivery
