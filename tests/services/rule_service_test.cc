// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/rule_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"
#include "tests/services/service_test.h"

namespace cache_invalidation {
namespace {

using Rules = v1::RuleService::Stub;
using Writes = v1::WriteEventService::Stub;

class RuleServiceTest : public ServiceTest {
 protected:
  std::unique_ptr<Rules> rules_ = NewStub<v1::RuleService>();
  std::unique_ptr<Writes> writes_ = NewStub<v1::WriteEventService>();
};

TEST_F(RuleServiceTest, AnswersTheStoredRuleWithItsDefaults) {
  const auto answer =
      Ok(*rules_, &Rules::RegisterRule,
         R"(rule { name: "r" trigger_tags: ["b", "a", "b"] invalidate_tags: "x:{resource_id}" })");
  const auto expected = FromText<v1::Rule>(
      R"(name: "r" trigger_tags: ["a", "b"] invalidate_tags: "x:{resource_id}"
         strategy: INVALIDATION_STRATEGY_IMMEDIATE enabled: true)");
  EXPECT_EQ(answer.rule().DebugString(), expected.DebugString());
  EXPECT_FALSE(answer.replaced());
  EXPECT_EQ(Ok(*rules_, &Rules::GetRule, R"(name: "r")").rule().DebugString(),
            expected.DebugString());
}

TEST_F(RuleServiceTest, KeepsEveryFieldOfARule) {
  const std::string rule = R"(
      name: "everything" trigger_tags: "user" invalidate_tags: "user_session:{resource_id}"
      pattern: "user:\\d+:.*" strategy: INVALIDATION_STRATEGY_LAZY priority: -7
      relationships { name: "mine" source_type: "user" target_types: "order" cardinality: CARDINALITY_ONE_TO_ONE
                      cascade_depth: 2 target_tag_template: "order:{resource_id}" description: "theirs" }
      condition: "operation == 'delete'" enabled: false description: "line one\nline two")";
  const auto answer = Ok(*rules_, &Rules::RegisterRule, "rule {" + rule + "}");
  EXPECT_EQ(answer.rule().DebugString(), FromText<v1::Rule>(rule).DebugString());
}

TEST_F(RuleServiceTest, ReplacesARuleOfTheSameNameAndKeepsItsStatistics) {
  Ok(*rules_, &Rules::RegisterRule, R"(rule { name: "r" trigger_tags: "a" invalidate_tags: "x" })");
  Ok(*writes_, &Writes::InvalidateByWrite, R"(write { resource_type: "a" resource_id: "1" })");
  const auto answer =
      Ok(*rules_, &Rules::RegisterRule,
         R"(rule { name: "r" trigger_tags: "a" invalidate_tags: "y" priority: 5 })");
  EXPECT_TRUE(answer.replaced());
  const auto got = Ok(*rules_, &Rules::GetRule, R"(name: "r")");
  EXPECT_EQ(got.rule().invalidate_tags(0), "y");
  EXPECT_EQ(got.statistics().execution_count(), 1u);
  EXPECT_GT(got.statistics().last_execution().seconds(), 0);
}

TEST_F(RuleServiceTest, WarnsOfABareTypeTag) {
  const auto bare =
      Ok(*rules_, &Rules::RegisterRule,
         R"(rule { name: "r" trigger_tags: "user" invalidate_tags: "user_session" })");
  ASSERT_EQ(bare.warnings_size(), 1);
  EXPECT_NE(bare.warnings(0).find("user_session"), std::string::npos) << bare.warnings(0);
  const auto scoped = Ok(
      *rules_, &Rules::RegisterRule,
      R"(rule { name: "r" trigger_tags: "user" invalidate_tags: "user_session:{resource_id}" })");
  EXPECT_EQ(scoped.warnings_size(), 0);
}

TEST_F(RuleServiceTest, ListsInTheOrderInWhichRulesRunPageByPage) {
  for (int i = 0; i < 7; ++i) {
    Ok(*rules_, &Rules::RegisterRule,
       absl::StrCat("rule { name: 'r", i,
                    "' trigger_tags: 'a' invalidate_tags: 'x' priority: ", i % 3, " }"));
  }
  std::string names;
  std::string token;
  int pages = 0;
  do {
    const auto page =
        Ok(*rules_, &Rules::ListRules, absl::StrCat("page_size: 3 page_token: '", token, "'"));
    for (const v1::Rule& rule : page.rules()) absl::StrAppend(&names, rule.name(), " ");
    token = page.next_page_token();
    ++pages;
  } while (!token.empty());
  EXPECT_EQ(names, "r2 r5 r1 r4 r0 r3 r6 ");
  EXPECT_EQ(pages, 3);
}

TEST_F(RuleServiceTest, GoesOnListingWhenTheLastRuleOfAPageIsGone) {
  for (const char* name : {"a", "b", "c"}) {
    Ok(*rules_, &Rules::RegisterRule,
       absl::StrCat("rule { name: '", name, "' trigger_tags: 'a' invalidate_tags: 'x' }"));
  }
  const auto first = Ok(*rules_, &Rules::ListRules, "page_size: 1");
  Ok(*rules_, &Rules::DeleteRule, "name: 'a'");
  const auto rest =
      Ok(*rules_, &Rules::ListRules, absl::StrCat("page_token: '", first.next_page_token(), "'"));
  ASSERT_EQ(rest.rules_size(), 2);
  EXPECT_EQ(rest.rules(0).name(), "b");
  EXPECT_EQ(rest.next_page_token(), "");
}

TEST_F(RuleServiceTest, TreatsAnEmptyNamespaceAsTheDefaultOne) {
  Ok(*rules_, &Rules::RegisterRule, R"(rule { name: "a" trigger_tags: "a" invalidate_tags: "x" })");
  Ok(*rules_, &Rules::RegisterRule,
     R"(namespace: "default" rule { name: "b" trigger_tags: "a" invalidate_tags: "x" })");
  EXPECT_EQ(Ok(*rules_, &Rules::GetRule, R"(namespace: "default" name: "a")").rule().name(), "a");
  const auto first = Ok(*rules_, &Rules::ListRules, "page_size: 1");
  const auto second =
      Ok(*rules_, &Rules::ListRules,
         absl::StrCat("namespace: 'default' page_token: '", first.next_page_token(), "'"));
  EXPECT_EQ(second.rules(0).name(), "b") << "a token fits both spellings";
  EXPECT_EQ(Error(*rules_, &Rules::GetRule, R"(namespace: "other" name: "a")").error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(RuleServiceTest, DeletesOnceAndSaysWhetherThereWasOne) {
  Ok(*rules_, &Rules::RegisterRule, R"(rule { name: "r" trigger_tags: "a" invalidate_tags: "x" })");
  EXPECT_TRUE(Ok(*rules_, &Rules::DeleteRule, R"(name: "r")").found());
  EXPECT_FALSE(Ok(*rules_, &Rules::DeleteRule, R"(name: "r")").found());
  const grpc::Status status = Error(*rules_, &Rules::GetRule, R"(name: "r")");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(RuleServiceTest, RefusesAConditionAndSaysWhere) {
  const grpc::Status status = Error(*rules_, &Rules::RegisterRule, R"(
      rule { name: "r" trigger_tags: "a" invalidate_tags: "x" condition: "operation ==" })");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message().rfind("rule.condition: line 1, column 13: ", 0), 0u)
      << status.error_message();
  EXPECT_EQ(Error(*rules_, &Rules::GetRule, R"(name: "r")").error_code(),
            grpc::StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace cache_invalidation
