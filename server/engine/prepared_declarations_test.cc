// SPDX-License-Identifier: Apache-2.0

#include "server/engine/prepared_declarations.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "server/engine/command.h"
#include "server/engine/result.h"
#include "server/engine/testing/engine_script.h"

namespace cache_invalidation::engine {
namespace {

Rule OrderRule(std::string name) {
  Rule rule;
  rule.name = std::move(name);
  rule.trigger_tags = {"t"};
  rule.invalidate_tags = {"page"};
  rule.pattern = "user:.*";
  return rule;
}

std::shared_ptr<const PreparedDeclarations> PreparedWithMark(const std::vector<Rule>& rules) {
  auto prepared = std::make_shared<PreparedDeclarations>(*Prepare(rules));
  for (std::vector<std::string>& warnings : prepared->rule_warnings) warnings = {"prepared"};
  return prepared;
}

TEST(PreparedDeclarations, HoldWhatDependsOnTheDeclarationsAlone) {
  Relationship relationship;
  relationship.name = "deep";
  relationship.source_type = "a";
  relationship.target_types = {"b"};
  relationship.cascade_depth = kRecommendedCascadeDepth + 1;
  const auto prepared =
      Prepare(std::vector{OrderRule("a"), OrderRule("b")}, std::vector{relationship});
  ASSERT_EQ(prepared->rules.size(), 2u);
  EXPECT_EQ(prepared->rules[1]->rule.name, "b");
  EXPECT_TRUE(prepared->rules[1]->pattern->Matches("user:1"));
  EXPECT_EQ(prepared->rule_warnings[1].size(), 1u);
  EXPECT_EQ(prepared->relationship_warnings[0].size(), 2u);
  EXPECT_EQ(prepared->more_warnings, 0u);
}

// Whoever has prepared a command has done what takes long: the engine does none of it again.
TEST(PreparedDeclarations, AreUsedByTheCommandsThatCarryThem) {
  const std::vector<Rule> rules = {OrderRule("a")};
  EngineScript script;
  const auto first = PreparedWithMark(rules);
  script.Do(ApplyDeclarations{.rules = rules, .prepared = first});
  EXPECT_EQ(script.result<ApplyDeclarationsResult>().rules[0].warnings,
            std::vector<std::string>{"prepared"});
  EXPECT_EQ(first->rules[0].use_count(), 2) << "the namespace shares the compiled rule";

  const auto second = PreparedWithMark(rules);
  script.Do(RegisterRule{rules[0], second});
  EXPECT_EQ(script.result<RegisterRuleResult>().warnings, std::vector<std::string>{"prepared"});
  EXPECT_EQ(second->rules[0].use_count(), 2);
  EXPECT_EQ(script.applied().removed_rules, RemovedRules{first->rules[0]});
  script.Do(DeleteRule{"a"});
  EXPECT_EQ(script.applied().removed_rules, RemovedRules{second->rules[0]});
  EXPECT_EQ(first->rules[0].use_count(), 1) << "whoever applied the command has let it go";

  const auto asked = script.Ask<ApplyDeclarationsResult>(
      ValidateDeclarations{{.rules = rules, .prepared = second}});
  EXPECT_EQ(asked.rules[0].warnings, std::vector<std::string>{"prepared"});
}

TEST(PreparedDeclarations, KeepNoMoreWarningsThanAResponseHolds) {
  std::vector<Rule> rules;
  for (int i = 0; i < 50; ++i) {
    rules.push_back(OrderRule(absl::StrCat("r", i)));
    for (size_t tag = 1; tag < kMaxInvalidateTags; ++tag) {
      rules.back().invalidate_tags.push_back(absl::StrCat(std::string(500, 'x'), tag));
    }
  }
  const auto prepared = Prepare(rules);
  size_t bytes = 0;
  size_t kept = 0;
  for (const std::vector<std::string>& warnings : prepared->rule_warnings) {
    kept += warnings.size();
    for (const std::string& warning : warnings) bytes += warning.size();
  }
  EXPECT_LE(bytes, kMaxAnswerBytes);
  EXPECT_EQ(kept + prepared->more_warnings, rules.size() * kMaxInvalidateTags);
}

}  // namespace
}  // namespace cache_invalidation::engine
