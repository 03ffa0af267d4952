// SPDX-License-Identifier: Apache-2.0

#include "client/internal/cache/stale_values.h"

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace cache_invalidation::client::internal {
namespace {

class StaleValuesTest : public testing::Test {
 protected:
  StaleValuesTest() {
    for (const std::string key : {"a", "b", "c"}) {
      values_.Add({.key = key,
                   .hash = KeyHash(key),
                   .value = std::make_shared<const std::string>(key),
                   .until = static_cast<int64_t>(10 + values_.size()),
                   .weight = 2});
    }
  }

  StaleValues values_;
  DiscardedEntries discarded_;
};

TEST_F(StaleValuesTest, FindsWhatWasAddedUntilItIsRemoved) {
  ASSERT_NE(values_.Find("b"), nullptr);
  EXPECT_EQ(values_.Find("b")->until, 11);
  EXPECT_EQ(values_.Find("d"), nullptr);
  EXPECT_EQ(values_.weight(), 6u);
  EXPECT_TRUE(values_.Remove("b", discarded_));
  EXPECT_FALSE(values_.Remove("b", discarded_));
  EXPECT_EQ(values_.Find("b"), nullptr);
  EXPECT_EQ(values_.size(), 2u);
  EXPECT_EQ(values_.weight(), 4u);
}

TEST_F(StaleValuesTest, TheOldestLeavesFirst) {
  EXPECT_EQ(values_.RemoveOldest(discarded_), KeyHash("a"));
  EXPECT_EQ(values_.RemoveEnded(11, discarded_), std::vector<size_t>({KeyHash("b")}));
  EXPECT_EQ(values_.RemoveEnded(11, discarded_), std::vector<size_t>());
  EXPECT_EQ(values_.RemoveOldest(discarded_), KeyHash("c"));
  EXPECT_EQ(values_.RemoveOldest(discarded_), std::nullopt);
  EXPECT_EQ(values_.weight(), 0u);
}

TEST_F(StaleValuesTest, WhatIsAddedLaterMayEndEarlier) {
  values_.Add({.key = "d", .hash = KeyHash("d"), .until = 9});
  EXPECT_EQ(values_.SizeAt(8), 4u);
  EXPECT_EQ(values_.SizeAt(9), 3u);
  EXPECT_EQ(values_.SizeAt(12), 0u);
  EXPECT_EQ(values_.size(), 4u) << "they are still there";
  EXPECT_EQ(values_.RemoveEnded(9, discarded_), std::vector<size_t>({KeyHash("d")}));
  EXPECT_EQ(values_.size(), 3u);
}

TEST_F(StaleValuesTest, RemovesWhatMatches) {
  const auto is_b = [](absl::string_view key) { return key == "b"; };
  EXPECT_EQ(values_.RemoveIf(is_b, discarded_), std::vector<size_t>({KeyHash("b")}));
  std::vector<std::string> keys;
  values_.AddKeysTo(keys);
  EXPECT_EQ(keys, std::vector<std::string>({"a", "c"}));
}

}  // namespace
}  // namespace cache_invalidation::client::internal
