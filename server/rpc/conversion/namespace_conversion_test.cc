// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/namespace_conversion.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/every_field.h"

namespace cache_invalidation::rpc {
namespace {

TEST(StatsConversion, FillsEveryField) {
  engine::InvalidationStats result;
  // Different numbers, so that swapped fields are detected.
  uint64_t number = 0;
  for (uint64_t* field :
       {&result.rules, &result.relationships, &result.immediate_invalidations,
        &result.batched_invalidations, &result.lazy_invalidations, &result.cascade_invalidations,
        &result.widened, &result.pending_targets, &result.tracked_entries, &result.dependency_edges,
        &result.unchecked_fills, &result.refused_fills, &result.revision,
        &result.dropped_entries}) {
    *field = ++number;
  }
  result.rule_details.push_back(
      {"r", -1, engine::Strategy::kLazy, true, {5, 6, absl::FromUnixSeconds(7)}});
  const auto subscribers = [](absl::string_view name) -> uint64_t {
    return name == "shop" ? 99 : 0;
  };

  v1::GetInvalidationStatsResponse response;
  FromGetInvalidationStats(result, {"shop", "epoch", subscribers}, &response);
  EXPECT_THAT(testing::UnsetFields(response), ::testing::IsEmpty());
  const v1::InvalidationStats& stats = response.stats();
  EXPECT_EQ(stats.rules(), 1u);
  EXPECT_EQ(stats.relationships(), 2u);
  EXPECT_EQ(stats.immediate_invalidations(), 3u);
  EXPECT_EQ(stats.batched_invalidations(), 4u);
  EXPECT_EQ(stats.lazy_invalidations(), 5u);
  EXPECT_EQ(stats.cascade_invalidations(), 6u);
  EXPECT_EQ(stats.total_invalidations(), 18u);
  EXPECT_EQ(stats.widened(), 7u);
  EXPECT_EQ(stats.pending_targets(), 8u);
  EXPECT_EQ(stats.tracked_entries(), 9u);
  EXPECT_EQ(stats.dependency_edges(), 10u);
  EXPECT_EQ(stats.unchecked_fills(), 11u);
  EXPECT_EQ(stats.refused_fills(), 12u);
  EXPECT_EQ(stats.subscribers(), 99u);
  EXPECT_EQ(stats.position().epoch(), "epoch");
  EXPECT_EQ(stats.position().revision(), 13u);
  EXPECT_EQ(stats.dropped_entries(), 14u);
  EXPECT_EQ(stats.rule_details(0).execution_count(), 5u);
  EXPECT_EQ(stats.rule_details(0).condition_errors(), 6u);
}

}  // namespace
}  // namespace cache_invalidation::rpc
