// SPDX-License-Identifier: Apache-2.0

// "Default Rules": the six rules that a new namespace has.

#include "tests/guide/guide_test.h"

namespace cache_invalidation {
namespace {

using client::InvalidationRule;
using client::InvalidationStrategy;

TEST_F(GuideTest, ANewNamespaceHasTheDefaultRules) {
  ASSERT_TRUE(client_.SetBatchDelay(absl::Milliseconds(100)).ok());  // creates the namespace
  const absl::StatusOr<std::vector<InvalidationRule>> rules = client_.ListInvalidationRules();
  ASSERT_TRUE(rules.ok()) << rules.status();
  // The service keeps lists sorted.
  struct Expected {
    std::string name;
    int32_t priority;
    InvalidationStrategy strategy;
    Strings triggers, targets;
  };
  const std::vector<Expected> expected = {
      {"user_data_invalidation",
       100,
       InvalidationStrategy::kImmediate,
       {"user", "user_profile"},
       {"user_forms", "user_preferences", "user_session"}},
      {"session_invalidation",
       90,
       InvalidationStrategy::kImmediate,
       {"session"},
       {"navigation", "user_session"}},
      {"data_change_invalidation",
       70,
       InvalidationStrategy::kCascade,
       {"calculation", "pricing", "product"},
       {"computed", "query"}},
      {"job_result_invalidation",
       60,
       InvalidationStrategy::kImmediate,
       {"job", "job_result"},
       {"computed"}},
      {"form_data_invalidation",
       50,
       InvalidationStrategy::kBatched,
       {"form", "form_data"},
       {"form_snapshot", "form_state"}},
      {"widget_state_invalidation",
       30,
       InvalidationStrategy::kBatched,
       {"widget", "widget_state"},
       {"form_state"}},
  };
  ASSERT_EQ(rules->size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    const InvalidationRule& rule = (*rules)[i];
    EXPECT_EQ(rule.name, expected[i].name);
    EXPECT_EQ(rule.priority, expected[i].priority) << rule.name;
    EXPECT_EQ(rule.strategy, expected[i].strategy) << rule.name;
    EXPECT_EQ(rule.trigger_tags, expected[i].triggers) << rule.name;
    EXPECT_EQ(rule.invalidate_tags, expected[i].targets) << rule.name;
    EXPECT_TRUE(rule.enabled) << rule.name;
  }
}

// What `cachectl export` prints of a new namespace can be applied, and nothing is said about it.
TEST_F(GuideTest, NobodyIsWarnedOfTheDefaultRules) {
  ASSERT_TRUE(client_.SetBatchDelay(absl::Milliseconds(100)).ok());  // creates the namespace
  const auto applied = client_.ApplyDeclarations({.rules = *client_.ListInvalidationRules()});
  ASSERT_TRUE(applied.ok()) << applied.status();
  for (const client::DeclarationResult& rule : applied->rules) {
    EXPECT_EQ(rule.change, client::DeclarationChange::kUnchanged) << rule.name;
    EXPECT_EQ(rule.warnings, Strings()) << rule.name;
  }
}

TEST_F(GuideTest, DefaultRulesFire) {
  const auto event = [this](const char* type) {
    Strings lines = EventOf(client_.InvalidateByWrite(type, "1", "update"));
    lines.erase(lines.begin(), lines.begin() + 2);  // the resource and the collection
    return lines;
  };
  EXPECT_EQ(event("user_profile"), Strings({"evict tag user_forms", "evict tag user_preferences",
                                            "evict tag user_session"}));
  EXPECT_EQ(event("session"), Strings({"evict tag navigation", "evict tag user_session"}));
  EXPECT_EQ(event("pricing"), Strings({"evict tag computed", "evict tag query"}));
  EXPECT_EQ(event("job"), Strings({"evict tag computed"}));
  EXPECT_EQ(event("form"), Strings());
  EXPECT_EQ(event("widget"), Strings());
  EXPECT_EQ(EventOf(client_.FlushPendingInvalidations()),
            Strings({"evict tag form_snapshot", "evict tag form_state"}));
}

TEST_F(GuideTest, ADeletedDefaultRuleStaysDeleted) {
  EXPECT_TRUE(*client_.DeleteInvalidationRule("job_result_invalidation"));
  EXPECT_FALSE(*client_.DeleteInvalidationRule("job_result_invalidation"));
  EXPECT_TRUE(client_.InvalidateByWrite("job", "1", "update")->rules_fired.empty());
  EXPECT_EQ(Stats().rules, 5u);
}

}  // namespace
}  // namespace cache_invalidation
