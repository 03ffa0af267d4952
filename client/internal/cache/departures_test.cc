#include "client/internal/cache/departures.h"

#include "gtest/gtest.h"

namespace cache_invalidation::client::internal {
namespace {

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
