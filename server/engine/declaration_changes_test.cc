// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/engine/engine.h"
#include "server/engine/testing/engine_script.h"

namespace cache_invalidation::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

Rule RuleOf(std::string name, std::string tag = "page:{resource_id}") {
  Rule rule;
  rule.name = std::move(name);
  rule.trigger_tags = {"user"};
  rule.invalidate_tags = {std::move(tag)};
  return rule;
}

Relationship RelationshipOf(std::string name, uint32_t depth = 1) {
  Relationship relationship;
  relationship.name = std::move(name);
  relationship.source_type = "order";
  relationship.target_types = {"item"};
  relationship.cascade_depth = depth;
  return relationship;
}

// Texts such as "rule a added".
std::vector<std::string> Changes(const ApplyDeclarationsResult& result) {
  constexpr const char* kChanges[] = {"added", "replaced", "unchanged", "deleted"};
  std::vector<std::string> changes;
  for (const DeclarationResult& rule : result.rules) {
    changes.push_back(absl::StrCat("rule ", rule.name, " ", kChanges[size_t(rule.change)]));
  }
  for (const DeclarationResult& one : result.relationships) {
    changes.push_back(absl::StrCat("relationship ", one.name, " ", kChanges[size_t(one.change)]));
  }
  return changes;
}

class DeclarationChangesTest : public ::testing::Test {
 protected:
  std::vector<std::string> Do(const ApplyDeclarations& command) {
    EXPECT_THAT(script_.Do(command), IsEmpty()) << "declarations emit no event";
    return Changes(script_.result<ApplyDeclarationsResult>());
  }
  ApplyDeclarationsResult Validate(const ApplyDeclarations& command) {
    return script_.Ask<ApplyDeclarationsResult>(ValidateDeclarations{command});
  }
  Applied Refused(const ApplyDeclarations& command) {
    const std::string before = script_.engine().DumpForTest();
    Applied applied = script_.engine().Apply(command, script_.now());
    EXPECT_FALSE(applied.status.ok());
    EXPECT_THAT(applied.delta, IsEmpty());
    EXPECT_EQ(script_.engine().DumpForTest(), before) << "all or nothing";
    return applied;
  }

  EngineScript script_;
};

TEST_F(DeclarationChangesTest, TellsWhatBecomesOfEach) {
  EXPECT_THAT(Do({.rules = {RuleOf("b"), RuleOf("a")}, .relationships = {RelationshipOf("r")}}),
              ElementsAre("rule b added", "rule a added", "relationship r added"));
  EXPECT_THAT(Do({.rules = {RuleOf("a"), RuleOf("b", "list:{resource_id}"), RuleOf("c")},
                  .relationships = {RelationshipOf("r", 2)}}),
              ElementsAre("rule a unchanged", "rule b replaced", "rule c added",
                          "relationship r replaced"));
  EXPECT_EQ(script_.Ask<InvalidationStats>(GetInvalidationStats{}).rules, 3u);
}

TEST_F(DeclarationChangesTest, DeletesWhatIsNotNamedOnlyIfAskedTo) {
  Do({.rules = {RuleOf("b"), RuleOf("a"), RuleOf("c")}, .relationships = {RelationshipOf("r")}});
  EXPECT_THAT(Do({.rules = {RuleOf("c")}}), ElementsAre("rule c unchanged"));
  EXPECT_THAT(Do({.rules = {RuleOf("c")}, .prune = true}),
              ElementsAre("rule c unchanged", "rule a deleted", "rule b deleted",
                          "relationship r deleted"));
  const auto stats = script_.Ask<InvalidationStats>(GetInvalidationStats{});
  EXPECT_EQ(stats.rules, 1u);
  EXPECT_EQ(stats.relationships, 0u);
}

// A replaced rule goes on counting, one that is deleted and declared again does not.
TEST_F(DeclarationChangesTest, StatisticsStayWithTheName) {
  Do({.rules = {RuleOf("a")}});
  script_.Write("user", "1");
  Do({.rules = {RuleOf("a", "list:{resource_id}")}});
  EXPECT_EQ(script_.Ask<GetRuleResult>(GetRule{"a"}).counters.execution_count, 1u);
  Do({.prune = true});
  Do({.rules = {RuleOf("a")}});
  EXPECT_EQ(script_.Ask<GetRuleResult>(GetRule{"a"}).counters.execution_count, 0u);
}

TEST_F(DeclarationChangesTest, WritesNoRowOfWhatIsUnchanged) {
  Do({.rules = {RuleOf("a")}, .relationships = {RelationshipOf("r")}});
  const Applied again = script_.engine().Apply(
      ApplyDeclarations{.rules = {RuleOf("a")}, .relationships = {RelationshipOf("r")}},
      script_.now());
  ASSERT_EQ(again.delta.size(), 1u) << "the time of the command";
  EXPECT_TRUE(std::holds_alternative<MetaRecord>(again.delta[0].record));
}

TEST_F(DeclarationChangesTest, ValidationTellsTheSameAndChangesNothing) {
  Do({.rules = {RuleOf("a"), RuleOf("b")}});
  const ApplyDeclarations command = {.rules = {RuleOf("a", "x:{resource_id}"), RuleOf("c")},
                                     .prune = true};
  const std::string before = script_.engine().DumpForTest();
  const std::vector<std::string> predicted = Changes(Validate(command));
  EXPECT_EQ(script_.engine().DumpForTest(), before);
  EXPECT_EQ(predicted, Do(command));
}

TEST_F(DeclarationChangesTest, ALateFaultRefusesAll) {
  Rule bad = RuleOf("bad");
  bad.condition = "operation ==";
  const ApplyDeclarations command = {.rules = {RuleOf("good"), bad}};
  const Applied applied = Refused(command);
  EXPECT_EQ(applied.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(applied.status.message()),
              StartsWith("rules[1].condition: line 1, column "));
  EXPECT_EQ(Validate(command).refusal, applied.status);
}

TEST_F(DeclarationChangesTest, TheLimitCountsWhatIsLeft) {
  ApplyDeclarations full;
  for (size_t i = 0; i < kMaxRulesPerNamespace; ++i) {
    full.rules.push_back(RuleOf(absl::StrCat("r", i)));
  }
  Do(full);
  const Applied applied = Refused({.rules = {RuleOf("one more")}});
  EXPECT_EQ(applied.status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(applied.status.message(), "rules: the namespace would hold 1001, its limit is 1000");
  full.rules[0].name = "another";
  full.prune = true;
  Do(full);
  EXPECT_EQ(script_.Ask<InvalidationStats>(GetInvalidationStats{}).rules, kMaxRulesPerNamespace);
}

TEST_F(DeclarationChangesTest, WarnsOfWhatIsUnchangedToo) {
  const ApplyDeclarations command = {.rules = {RuleOf("a", "page")},
                                     .relationships = {RelationshipOf("deep", 3)}};
  for (int i = 0; i < 2; ++i) {
    Do(command);
    const auto& result = script_.result<ApplyDeclarationsResult>();
    ASSERT_EQ(result.rules[0].warnings.size(), 1u);
    EXPECT_THAT(result.rules[0].warnings[0], HasSubstr("[whole_type]"));
    ASSERT_FALSE(result.relationships[0].warnings.empty());
    EXPECT_EQ(result.more_warnings, 0u);
  }
}

TEST_F(DeclarationChangesTest, WarningsAreBounded) {
  ApplyDeclarations command;
  const std::string long_tag(500, 'x');
  size_t tags = 0;
  for (size_t i = 0; i < 50; ++i) {
    command.rules.push_back(RuleOf(absl::StrCat("r", i)));
    for (size_t j = 0; j < kMaxInvalidateTags - 1; ++j, ++tags) {
      command.rules.back().invalidate_tags.push_back(absl::StrCat(long_tag, j));
    }
  }
  Do(command);
  const auto& result = script_.result<ApplyDeclarationsResult>();
  size_t bytes = 0;
  size_t kept = 0;
  for (const DeclarationResult& rule : result.rules) {
    kept += rule.warnings.size();
    for (const std::string& warning : rule.warnings) bytes += warning.size();
  }
  EXPECT_LE(bytes, kMaxAnswerBytes);
  EXPECT_GT(result.more_warnings, 0u);
  EXPECT_EQ(kept + result.more_warnings, tags);
}

}  // namespace
}  // namespace cache_invalidation::engine
