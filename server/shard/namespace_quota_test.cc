// SPDX-License-Identifier: Apache-2.0

#include "server/shard/namespace_quota.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace cache_invalidation::shard {
namespace {

TEST(NamespaceQuotaTest, GivesWhatTheLimitAllows) {
  NamespaceQuota quota(2);
  EXPECT_TRUE(quota.TryTake());
  EXPECT_TRUE(quota.TryTake());
  EXPECT_FALSE(quota.TryTake());
  quota.Return();
  EXPECT_TRUE(quota.TryTake());
  EXPECT_EQ(quota.taken(), 2u);
}

TEST(NamespaceQuotaTest, WhatExistsCountsEvenAboveTheLimit) {
  NamespaceQuota quota(1);
  quota.Take("a");
  quota.Take("b");
  EXPECT_EQ(quota.taken(), 2u);
  EXPECT_FALSE(quota.TryTake());
}

TEST(NamespaceQuotaTest, NamesWhatIsDurableByPages) {
  NamespaceQuota quota(10);
  for (const char* name : {"c", "a", "b"}) {
    ASSERT_TRUE(quota.TryTake());
    quota.NoteDurable(name);
  }
  ASSERT_TRUE(quota.TryTake());
  using Names = std::vector<std::string>;
  EXPECT_EQ(quota.NamesAfter("", 2), (Names{"a", "b"}));
  EXPECT_EQ(quota.NamesAfter("b", 2), Names{"c"});
  quota.Return();
  quota.NoteDeleted("b");
  quota.NoteDeleted("never there");
  EXPECT_EQ(quota.NamesAfter("a", 2), Names{"c"});
  EXPECT_EQ(quota.durable(), 2u);
  EXPECT_EQ(quota.taken(), 3u);
}

TEST(NamespaceQuotaTest, ThreadsTogetherGetNoMore) {
  NamespaceQuota quota(1000);
  std::atomic<int> taken = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 500; ++k) {
        taken += quota.TryTake() ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(taken, 1000);
}

}  // namespace
}  // namespace cache_invalidation::shard
