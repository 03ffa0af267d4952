#include "server/shard/namespace_quota.h"

#include <atomic>
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
  quota.Take();
  quota.Take();
  EXPECT_EQ(quota.taken(), 2u);
  EXPECT_FALSE(quota.TryTake());
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
