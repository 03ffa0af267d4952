// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/rule_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/stats_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"
#include "tests/services/service_test.h"

namespace cache_invalidation {
namespace {

using Rules = v1::RuleService::Stub;
using Stats = v1::StatsService::Stub;
using Writes = v1::WriteEventService::Stub;

class WriteEventServiceTest : public ServiceTest {
 protected:
  std::unique_ptr<Rules> rules_ = NewStub<v1::RuleService>();
  std::unique_ptr<Stats> stats_ = NewStub<v1::StatsService>();
  std::unique_ptr<Writes> writes_ = NewStub<v1::WriteEventService>();
};

TEST_F(WriteEventServiceTest, AnswersWhatTheWriteDid) {
  Ok(*rules_, &Rules::RegisterRule,
     R"(rule { name: "low" trigger_tags: "user" invalidate_tags: "s:{resource_id}" })");
  Ok(*rules_, &Rules::RegisterRule,
     R"(rule { name: "high" trigger_tags: "user" invalidate_tags: "t:{context.tenant}" priority: 9 })");
  const auto answer =
      Ok(*writes_, &Writes::InvalidateByWrite,
         R"(write { resource_type: "user" resource_id: "42" operation: "update" tags: "mine" })");
  EXPECT_EQ(answer.result().position().revision(), 1u);
  EXPECT_EQ(answer.result().invalidations(), 5u) << "user:42, user:#all, mine, t, s:42";
  ASSERT_EQ(answer.result().rules_fired_size(), 2);
  EXPECT_EQ(answer.result().rules_fired(0), "high");
  EXPECT_EQ(answer.result().rules_fired(1), "low");
  EXPECT_EQ(answer.result().widened(), 1u) << "no context, so no tenant";
  EXPECT_FALSE(answer.has_waiting());
}

TEST_F(WriteEventServiceTest, ReadsTheContextWhenATemplateAsks) {
  Ok(*rules_, &Rules::RegisterRule,
     R"(rule { name: "r" trigger_tags: "order" invalidate_tags: "list:{context.owner}" })");
  const auto answer = Ok(*writes_, &Writes::InvalidateByWrite, R"(write {
      resource_type: "order" resource_id: "1"
      context { fields { key: "owner" value { number_value: 2 } }
                fields { key: "old" value { struct_value { fields { key: "owner" value { string_value: "1" } } } } } } })");
  EXPECT_EQ(answer.result().widened(), 0u);
  EXPECT_EQ(answer.result().invalidations(), 4u) << "order:1, order:#all, list:1, list:2";
}

TEST_F(WriteEventServiceTest, AppliesSeveralWritesAsOneEvent) {
  const auto answer = Ok(*writes_, &Writes::InvalidateByWrites, R"(
      writes { resource_type: "a" resource_id: "1" } writes { resource_type: "a" resource_id: "2" }
      writes { resource_type: "b" })");
  EXPECT_EQ(answer.result().position().revision(), 1u);
  EXPECT_EQ(answer.result().invalidations(), 4u) << "a:1, a:2, a:#all, b";
  EXPECT_EQ(Ok(*stats_, &Stats::GetInvalidationStats, "").stats().immediate_invalidations(), 3u);
}

TEST_F(WriteEventServiceTest, ExplainsWithoutEffect) {
  Ok(*rules_, &Rules::RegisterRule,
     R"(rule { name: "r" trigger_tags: "user" invalidate_tags: "s:{resource_id}" })");
  const auto all =
      Ok(*writes_, &Writes::ExplainWrite, R"(write { resource_type: "user" resource_id: "42" })");
  EXPECT_EQ(all.explanation().root().kind(), v1::EXPLANATION_KIND_WRITE);
  EXPECT_GT(all.explanation().root().children_size(), 0);
  EXPECT_EQ(all.explanation().targets(), 3u);
  const auto hit =
      Ok(*writes_, &Writes::ExplainWrite,
         R"(write { resource_type: "user" resource_id: "42" } key: "k" key_tags: "s:42:x")");
  EXPECT_TRUE(hit.explanation().key_hit());
  const auto missed =
      Ok(*writes_, &Writes::ExplainWrite,
         R"(write { resource_type: "user" resource_id: "42" } key: "k" key_tags: "s:43")");
  EXPECT_FALSE(missed.explanation().key_hit());
  const v1::InvalidationStats stats = Ok(*stats_, &Stats::GetInvalidationStats, "").stats();
  EXPECT_EQ(stats.total_invalidations(), 0u);
  EXPECT_EQ(stats.position().revision(), 0u);
}

}  // namespace
}  // namespace cache_invalidation
