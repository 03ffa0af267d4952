// SPDX-License-Identifier: Apache-2.0

// "Get Invalidation Statistics", "Monitor Performance", "Check rule conditions".

#include "tests/guide/guide_test.h"

namespace cache_invalidation {
namespace {

using client::InvalidationStats;
using client::RuleDetail;

TEST_F(GuideTest, StatisticsCountWhatWasAccepted) {
  ASSERT_TRUE(
      client_.RegisterDataRelationship({.source_type = "order", .target_types = {"inventory"}})
          .ok());
  ASSERT_TRUE(client_.InvalidateByWrite("user", "1", "update").ok());  // direct and one rule
  ASSERT_TRUE(client_.InvalidateByWrite("form", "1", "update").ok());  // direct, one batched rule
  ASSERT_TRUE(
      client_.InvalidateByWrite("product", "1", "update").ok());        // direct, one cascade rule
  ASSERT_TRUE(client_.InvalidateByWrite("order", "1", "update").ok());  // direct, a relationship
  ASSERT_TRUE(client_.ScheduleBatchInvalidation({"x"}).ok());
  ASSERT_TRUE(
      client_.Invalidate({.tags = {"y"}, .strategy = client::InvalidationStrategy::kLazy}).ok());
  const InvalidationStats stats = Stats();
  EXPECT_EQ(stats.rules, 6u);
  EXPECT_EQ(stats.relationships, 1u);
  EXPECT_EQ(stats.immediate_invalidations, 6u);
  EXPECT_EQ(stats.batched_invalidations, 2u);
  EXPECT_EQ(stats.cascade_invalidations, 1u);
  EXPECT_EQ(stats.lazy_invalidations, 1u);
  EXPECT_EQ(stats.total_invalidations, 10u);
  EXPECT_EQ(stats.pending_targets, 3u);
}

TEST_F(GuideTest, StatisticsTellWhatEachRuleDid) {
  ASSERT_TRUE(client_.InvalidateByWrite("user", "1", "update").ok());
  ASSERT_TRUE(client_.InvalidateByWrite("user_profile", "1", "update").ok());
  ASSERT_TRUE(client_.InvalidateByWrite("job", "1", "update").ok());
  std::vector<std::pair<std::string, uint64_t>> executions;
  for (const RuleDetail& rule : Stats().rule_details) {
    executions.emplace_back(rule.name, rule.statistics.execution_count);
    EXPECT_EQ(rule.statistics.last_execution.has_value(), rule.statistics.execution_count > 0);
  }
  EXPECT_EQ(executions,
            (std::vector<std::pair<std::string, uint64_t>>{{"user_data_invalidation", 2},
                                                           {"session_invalidation", 0},
                                                           {"data_change_invalidation", 0},
                                                           {"job_result_invalidation", 1},
                                                           {"form_data_invalidation", 0},
                                                           {"widget_state_invalidation", 0}}));
}

// The guide's advice in its troubleshooting chapter, as a call: why was this not invalidated?
TEST_F(GuideTest, AnExplanationTellsWhyAKeyIsNotHit) {
  ASSERT_TRUE(client_.TrackEntries({{.key = "k", .tags = {"usr:1"}}}).ok());
  const absl::StatusOr<client::Explanation> missed =
      client_.ExplainWrite(client::ExplainWriteParams{
          .write = {.resource_type = "user", .resource_id = "1"}, .key = "k"});
  ASSERT_TRUE(missed.ok()) << missed.status();
  EXPECT_FALSE(missed->key_hit);
  const absl::StatusOr<client::Explanation> hit = client_.ExplainWrite(client::ExplainWriteParams{
      .write = {.resource_type = "usr", .resource_id = "1"}, .key = "k"});
  ASSERT_TRUE(hit.ok()) << hit.status();
  EXPECT_TRUE(hit->key_hit);
  EXPECT_EQ(client_.LookupEntry("k")->state, client::EntryState::kFresh) << "nothing was done";
}

}  // namespace
}  // namespace cache_invalidation
