// SPDX-License-Identifier: Apache-2.0

#include "client/internal/cache/cache_shard.h"

#include <string>

#include "gtest/gtest.h"

namespace cache_invalidation::client::internal {
namespace {

class EvictionOrderTest : public testing::Test {
 protected:
  EvictionOrderTest() {
    for (Entry* entry : {&a_, &b_, &c_}) order_.Add(*entry);
  }

  // Evicts `count` entries, and returns their keys.
  std::string Evict(int count, int64_t now = 0, const Entry* spared = nullptr) {
    std::string keys;
    for (int i = 0; i < count; ++i) {
      Entry* const entry = order_.Next(now, spared);
      if (entry == nullptr) continue;
      order_.Remove(*entry);
      keys += entry->key;
    }
    return keys;
  }

  Entry a_{.key = "a"};
  Entry b_{.key = "b"};
  Entry c_{.key = "c"};
  EvictionOrder order_;
};

TEST_F(EvictionOrderTest, TheOldestGoesFirst) {
  EXPECT_EQ(order_.newest(), &c_);
  EXPECT_EQ(Evict(4), "abc");
  EXPECT_EQ(order_.newest(), nullptr);
}

TEST_F(EvictionOrderTest, WhoWasVisitedIsSparedOnce) {
  a_.visited = true;
  EXPECT_EQ(Evict(3), "bca");
}

TEST_F(EvictionOrderTest, TheHandGoesOnWhereItWas) {
  a_.visited = true;
  EXPECT_EQ(Evict(1), "b");
  Entry d{.key = "d"};
  order_.Add(d);
  EXPECT_EQ(Evict(1), "c") << "not the old one that it has spared";
  EXPECT_EQ(Evict(2), "da");
}

TEST_F(EvictionOrderTest, SomeoneGoesEvenIfAllWereVisited) {
  a_.visited = b_.visited = c_.visited = true;
  EXPECT_EQ(Evict(1), "a");
}

TEST_F(EvictionOrderTest, TheExpiredGoThoughTheyWereVisited) {
  a_.visited = b_.visited = c_.visited = true;
  b_.expires = 10;
  EXPECT_EQ(Evict(1, 9), "a");
  EXPECT_EQ(Evict(1, 10), "b");
}

TEST_F(EvictionOrderTest, SparesWhoMustStay) {
  EXPECT_EQ(Evict(3, 0, &a_), "bc");
  EXPECT_EQ(Evict(1), "a");
}

TEST_F(EvictionOrderTest, RemovesFromTheMiddleAndUnderTheHand) {
  a_.visited = true;
  EXPECT_EQ(order_.Next(0, nullptr), &b_);
  order_.Remove(b_);
  EXPECT_EQ(Evict(2), "ca");
}

TEST(DeparturesTest, CountsWhatLeftSinceALoadBegan) {
  Departures departures(10);
  departures.Record(/*key_hash=*/1, /*time=*/0);
  EXPECT_FALSE(departures.HasDeparted(1, 1)) << "it left before the first load began";
  departures.Record(1, 5);
  EXPECT_TRUE(departures.HasDeparted(1, 5)) << "after the fifth had begun";
  EXPECT_FALSE(departures.HasDeparted(1, 6));
  EXPECT_FALSE(departures.HasDeparted(2, 5));
  departures.Record(1, 8);
  EXPECT_TRUE(departures.HasDeparted(1, 6));
}

TEST(DeparturesTest, WhatIsForgottenHasDeparted) {
  Departures departures(2);
  departures.Record(1, 1);
  departures.Record(2, 2);
  departures.Record(2, 2);  // nothing new
  departures.Record(3, 3);
  EXPECT_TRUE(departures.HasDeparted(9, 1));
  EXPECT_FALSE(departures.HasDeparted(9, 2));
  EXPECT_TRUE(departures.HasDeparted(2, 2));
}

TEST(DeparturesTest, EverythingMayDepart) {
  Departures departures(10);
  departures.RecordAll(3);
  EXPECT_TRUE(departures.HasDeparted(1, 3));
  EXPECT_FALSE(departures.HasDeparted(1, 4));
}

}  // namespace
}  // namespace cache_invalidation::client::internal
