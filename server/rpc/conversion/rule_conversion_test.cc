// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/rule_conversion.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/rpc/conversion/testing/answer_context.h"
#include "server/wire/message_conversion.h"
#include "tests/support/every_field.h"
#include "tests/support/text.h"

namespace cache_invalidation::rpc {
namespace {

using ::testing::ElementsAre;
using testing::FromText;
using ::testing::IsEmpty;
using testing::UnsetFields;

constexpr char kRelationship[] = R"(
    name: "n" source_type: "s" target_types: "t" cardinality: CARDINALITY_MANY_TO_ONE cascade_depth: 3
    target_tag_template: "t:{resource_id}" description: "d" accepted_warnings: "whole_type")";

v1::Rule FullRule() {
  return FromText<v1::Rule>(absl::StrCat(
      R"(
      name: "r" trigger_tags: "a" invalidate_tags: "b" pattern: "p.*" strategy: INVALIDATION_STRATEGY_CASCADE
      priority: 7 relationships {)",
      kRelationship,
      R"(} condition: "true" enabled: false description: "d" accepted_warnings: "whole_type")"));
}

TEST(RuleConversion, KeepsEveryFieldThereAndBack) {
  const v1::Rule full = FullRule();
  EXPECT_THAT(UnsetFields(full), IsEmpty());
  const auto rule = ToRule(full);
  ASSERT_TRUE(rule.ok()) << rule.status();
  v1::Rule back;
  wire::FromRule((*rule)->rule, &back);
  EXPECT_EQ(back.DebugString(), full.DebugString());
}

TEST(RelationshipConversion, KeepsEveryFieldThereAndBack) {
  const auto full = FromText<v1::Relationship>(kRelationship);
  EXPECT_THAT(UnsetFields(full), IsEmpty());
  const absl::StatusOr<engine::Relationship> relationship = ToRelationship(full);
  ASSERT_TRUE(relationship.ok()) << relationship.status();
  v1::Relationship back;
  wire::FromRelationship(*relationship, &back);
  EXPECT_EQ(back.DebugString(), full.DebugString());
}

TEST(RuleConversion, KnowsEveryStrategyAndCardinality) {
  for (int i = 1; i < v1::InvalidationStrategy_ARRAYSIZE; ++i) {
    v1::Rule rule = FullRule();
    rule.set_strategy(static_cast<v1::InvalidationStrategy>(i));
    v1::Rule back;
    wire::FromRule((*ToRule(rule))->rule, &back);
    EXPECT_EQ(back.strategy(), i);
  }
  for (int i = 1; i < v1::Cardinality_ARRAYSIZE; ++i) {
    auto relationship = FromText<v1::Relationship>(kRelationship);
    relationship.set_cardinality(static_cast<v1::Cardinality>(i));
    v1::Relationship back;
    wire::FromRelationship(*ToRelationship(relationship), &back);
    EXPECT_EQ(back.cardinality(), i);
  }
}

TEST(RuleConversion, FillsEveryFieldOfTheAnswers) {
  engine::GetRuleResult get;
  get.rule = (*ToRule(FullRule()))->rule;
  get.rule->condition = "c";
  get.counters = {
      .execution_count = 1, .condition_errors = 2, .last_execution = absl::FromUnixSeconds(3)};
  v1::GetRuleResponse got;
  ASSERT_TRUE(FromGetRule({}, get, kContext, &got).ok());
  EXPECT_THAT(UnsetFields(got), IsEmpty());

  v1::RegisterRuleResponse registered;
  FromRegisterRule({*get.rule, {"warning"}, true}, kContext, &registered);
  EXPECT_THAT(UnsetFields(registered), IsEmpty());

  v1::ListRulesResponse listed;
  ASSERT_TRUE(FromListRules({}, {{*get.rule}, true}, kContext, &listed).ok());
  EXPECT_THAT(UnsetFields(listed), IsEmpty());

  v1::DeleteRuleResponse deleted;
  FromDeleteRule({true}, kContext, &deleted);
  EXPECT_THAT(UnsetFields(deleted), IsEmpty());
}

TEST(RelationshipConversion, FillsEveryFieldOfTheAnswers) {
  const engine::Relationship relationship =
      *ToRelationship(FromText<v1::Relationship>(kRelationship));
  v1::GetRelationshipResponse got;
  ASSERT_TRUE(FromGetRelationship({}, {relationship}, kContext, &got).ok());
  EXPECT_THAT(UnsetFields(got), IsEmpty());

  v1::RegisterRelationshipResponse registered;
  FromRegisterRelationship({relationship, {"warning"}, true}, kContext, &registered);
  EXPECT_THAT(UnsetFields(registered), IsEmpty());

  v1::ListRelationshipsResponse listed;
  ASSERT_TRUE(FromListRelationships({}, {{relationship}, true}, kContext, &listed).ok());
  EXPECT_THAT(UnsetFields(listed), IsEmpty());

  v1::DeleteRelationshipResponse deleted;
  FromDeleteRelationship({true}, kContext, &deleted);
  EXPECT_THAT(UnsetFields(deleted), IsEmpty());
}

TEST(RuleConversion, TakesEveryFieldOfTheRequests) {
  google::protobuf::Arena arena;
  const auto named = FromText<v1::DeleteRuleRequest>(R"(namespace: "n" name: "r" request_id: "i")");
  EXPECT_THAT(UnsetFields(named), IsEmpty());
  EXPECT_EQ(ToDeleteRule(named)->name, "r");

  v1::ListRulesResponse listed;
  engine::Rule last;
  last.name = "last";
  last.priority = -9;
  auto list = FromText<v1::ListRulesRequest>(R"(namespace: "n" page_size: 2)");
  ASSERT_TRUE(FromListRules(list, {{last}, true}, kContext, &listed).ok());
  list.set_page_token(listed.next_page_token());
  EXPECT_THAT(UnsetFields(list), IsEmpty());
  const absl::StatusOr<engine::ListRules> query = ToListRules(list, arena);
  EXPECT_EQ(query->after_name, "last");
  EXPECT_EQ(query->after_priority, -9);
  EXPECT_EQ(query->limit, 2u);
}

}  // namespace
}  // namespace cache_invalidation::rpc
