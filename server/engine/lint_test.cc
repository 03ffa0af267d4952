// SPDX-License-Identifier: Apache-2.0

#include "server/engine/lint.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/limits.h"

namespace cache_invalidation::engine {
namespace {

using Strings = std::vector<std::string>;

// Each warning contains the text at the same index, and there are no others.
void ExpectWarnings(const Strings& warnings, const Strings& parts) {
  ASSERT_EQ(warnings.size(), parts.size()) << ::testing::PrintToString(warnings);
  for (size_t i = 0; i < parts.size(); ++i) {
    EXPECT_TRUE(absl::StrContains(warnings[i], parts[i])) << warnings[i];
  }
}

Relationship OrderEdge(Cardinality cardinality, uint32_t depth, std::vector<std::string> targets,
                       std::string tag_template) {
  Relationship relationship;
  relationship.source_type = "order";
  relationship.cardinality = cardinality;
  relationship.cascade_depth = depth;
  relationship.target_types = std::move(targets);
  relationship.target_tag_template = std::move(tag_template);
  return relationship;
}

TEST(Lint, OfRelationships) {
  struct Row {
    Relationship relationship;
    Strings warnings;
  };
  for (const Row& row : std::vector<Row>{
           {OrderEdge(Cardinality::kOneToMany, 2, {"item"}, "item:{resource_id}"), {}},
           {OrderEdge(Cardinality::kManyToOne, 1, {"customer"}, "customer:{context.customer_id}"),
            {}},
           {OrderEdge(Cardinality::kOneToMany, 3, {"item"}, "item:{resource_id}"),
            {"cascade_depth: 3 hops"}},
           {OrderEdge(Cardinality::kOneToMany, 1, {"item"}, ""),
            {"drops all entries of \"item\". Is that meant?"}},
           {OrderEdge(Cardinality::kOneToMany, 8, {"item", "stock", "price"}, ""),
            {"cascade_depth: 8 hops", "\"item\" and 2 more types. Is that meant?"}},
           {OrderEdge(Cardinality::kManyToOne, 1, {"customer"}, "customer:{resource_id}"),
            {"{resource_id} is the id of the written \"order\""}},
       }) {
    ExpectWarnings(LintRelationship(row.relationship), row.warnings);
  }
}

TEST(Lint, OfRules) {
  Rule rule;
  rule.invalidate_tags = {"a:{resource_id}", "b", "c:fixed"};
  rule.pattern = "user:.*";
  ExpectWarnings(LintRule(CompiledRule(rule)), {"invalidate_tags[1]: \"b\" drops every entry"});
  rule.invalidate_tags.clear();
  rule.pattern = ".*:user";
  rule.relationships = {OrderEdge(Cardinality::kOneToMany, 1, {"item"}, "item:{resource_id}"),
                        OrderEdge(Cardinality::kOneToMany, 4, {"item"}, "item:{resource_id}")};
  ExpectWarnings(LintRule(CompiledRule(rule)),
                 {"pattern: ", "relationships[1].cascade_depth: 4 hops"});
}

// RE2 takes it literally, so that the rule would drop no key of the written row.
TEST(Lint, OfPlaceholdersInPatterns) {
  struct Row {
    std::string pattern;
    Strings warnings;
  };
  for (const Row& row : std::vector<Row>{
           {"user:{resource_id}:.*", {"pattern: \"{resource_id}\" is not filled in"}},
           {"user:{context.user_id}:.*", {"\"{context.user_id}\" is not filled in"}},
           {"user:[0-9]{4}:.*", {}},
           {"user:\\{resource_id", {}},
       }) {
    Rule rule;
    rule.pattern = row.pattern;
    SCOPED_TRACE(row.pattern);
    ExpectWarnings(LintRule(CompiledRule(rule)), row.warnings);
    rule.accepted_warnings = {"pattern_placeholder"};
    ExpectWarnings(LintRule(CompiledRule(rule)), {});
  }
}

// Such a rule never fires, or, if the two are compared with !=, on every write.
TEST(Lint, OfComparisonsThatNeverHold) {
  struct Row {
    std::string condition;
    Strings warnings;
  };
  for (const Row& row : std::vector<Row>{
           {"resource_id == 1001", {"`resource_id` is text and never equals 1001"}},
           {"1001 != resource_id", {"`resource_id` is text"}},
           {"resource_id == 9007199254740993", {"no plain number in a context"}},
           {"resource_id in [-9007199254740993]", {"no plain number in a context"}},
           {"resource_id in ['a', 7]", {"`resource_id` is text and never equals 7"}},
           {"resource_type == null", {"`resource_type` is text and never equals null"}},
           {"operation == 'DELETE'", {"usually \"delete\""}},
           {"operation in ['insert', 'Update']", {"usually \"update\""}},
           {"tags == 'x'", {"`'x' in tags` asks"}},
           {"resource_id == '1001' && operation != 'delete' && 'x' in tags", {}},
           {"operation == 'ARCHIVE'", {}},
       }) {
    Rule rule;
    rule.condition = row.condition;
    SCOPED_TRACE(row.condition);
    ExpectWarnings(LintRule(CompiledRule(rule)), row.warnings);
  }
}

// Proposing a template that would miss is worse than proposing none.
TEST(Lint, AsksAndDoesNotPropose) {
  Rule rule;
  rule.trigger_tags = {"product"};
  rule.invalidate_tags = {"dashboard", "expensive_items", "label_page"};
  for (const std::string& warning : LintRule(CompiledRule(rule))) {
    EXPECT_FALSE(absl::StrContains(warning, "{resource_id}")) << warning;
    EXPECT_TRUE(absl::StrContains(warning, "Is that meant?")) << warning;
  }
}

TEST(Lint, OfTriggersThatNeverFire) {
  Rule rule;
  rule.trigger_tags = {"order", "order:#all", "order:7", "tenant:acme"};
  rule.invalidate_tags = {"page:{resource_id}"};
  ExpectWarnings(LintRule(CompiledRule(rule)),
                 {"trigger_tags[1]: \"order:#all\" is carried by lists"});
}

TEST(Lint, OfNamesThatLookLikePatterns) {
  Rule rule;
  rule.trigger_tags = {"orders_2024_*"};
  rule.invalidate_tags = {"page:{resource_id}", "p*ge:x"};
  ExpectWarnings(LintRule(CompiledRule(rule)),
                 {"trigger_tags[0]: \"*\" in \"orders_2024_*\" is not a wildcard",
                  "invalidate_tags[1]: \"*\" in \"p*ge:x\""});
  rule.accepted_warnings = {"literal_star"};
  ExpectWarnings(LintRule(CompiledRule(rule)), {});
  Relationship relationship =
      OrderEdge(Cardinality::kOneToMany, 1, {"item*"}, "item*:{resource_id}");
  relationship.source_type = "order_*";
  ExpectWarnings(LintRelationship(relationship),
                 {"source_type: \"*\"", "target_types[0]: \"*\"", "target_tag_template: \"*\""});
}

TEST(Lint, OfTagsOfTheOldValueOnly) {
  Rule rule;
  rule.invalidate_tags = {"x:1", "owner:{context.old.owner}"};
  ExpectWarnings(LintRule(CompiledRule(rule)),
                 {"invalidate_tags[1]: it names the tag of the old value only; "
                  "\"{context.owner}\" names those of the old and of the new value"});
  rule.invalidate_tags.push_back("user:{context.owner}");
  ExpectWarnings(LintRule(CompiledRule(rule)), {});
  const Relationship relationship =
      OrderEdge(Cardinality::kManyToOne, 1, {"customer"}, "customer:{context.old.customer_id}");
  ExpectWarnings(LintRelationship(relationship),
                 {"target_tag_template: it names the tag of the old"});
}

// Each fires on every write.
TEST(Lint, OfConditionsThatAreNoBooleans) {
  for (const std::string condition :
       {"1", "null", "'a'", "[true]", "{'a': true}", "1 + 2", "-size(tags)", "size(tags)",
        "string(true)", "operation == 'x' ? 1 : 'b'", "tags.filter(tag, tag == 'x')"}) {
    Rule rule;
    rule.condition = condition;
    SCOPED_TRACE(condition);
    ExpectWarnings(LintRule(CompiledRule(rule)), {"is never true or false"});
  }
  for (const std::string condition :
       {"true", "bool('true')", "dyn(true)", "operation == 'x' ? 1 : true", "'x' in tags",
        "tags.exists(tag, tag == 'x')", "operation.startsWith('x')"}) {
    Rule rule;
    rule.condition = condition;
    SCOPED_TRACE(condition);
    ExpectWarnings(LintRule(CompiledRule(rule)), {});
  }
}

TEST(Lint, OfConditions) {
  struct Row {
    std::string condition;
    Strings warnings;
  };
  for (const Row& row : std::vector<Row>{
           {"operation == 'delete'", {}},
           {"context.operation == 'delete'", {"`context.operation` is a field", "`operation`"}},
           {"has(context.operation)", {"`context.operation` is a field"}},
           {"context['resource_id'] == '7' || context.old.resource_id == '7'",
            {"`context.resource_id` is a field"}},
           {"context.status == 'published'", {"the new value of `status`"}},
           {"context['status'] in ['a', 'b'] && context.n > 2", {"the new value of `n`, `status`"}},
           {"context.status == 'published' || context.old.status == 'published'", {}},
           {"context.status != context['old'].status", {}},
           {"has(context.old) && context.status == 'open'", {"the new value of `status`"}},
           {"'status' in context.fields_changed && context.status == 'open'", {}},
           {"context.old.exists(name, name == 'status') && context.status == 'x'", {}},
           {"context.lines.exists(line, line.context == 1)", {"the new value of `lines`"}},
           {"context.id == 9007199254740991 || context.old.id == 9007199254740991", {}},
           {"context.id == 9007199254740992 || context.old.id == 1",
            {"no plain number in a context is 9007199254740992 exactly"}},
           {"context.x != 100000000000000.001 || context.old.x == 1.5",
            {"100000000000000.001 has more digits than a double"}},
           {"context.x > 1e18 || context.old.x > 0.1", {}},
           {"context.id in [1, -9007199254740993] || context.old.id == 1",
            {"is -9007199254740993 exactly"}},
       }) {
    Rule rule;
    rule.condition = row.condition;
    SCOPED_TRACE(row.condition);
    const Strings warnings = LintRule(CompiledRule(rule));
    // `context.operation` also counts as a new value without an old one.
    ASSERT_EQ(warnings.empty(), row.warnings.empty()) << ::testing::PrintToString(warnings);
    for (const std::string& part : row.warnings) {
      EXPECT_TRUE(absl::StrContains(warnings.front(), part)) << warnings.front();
    }
  }
}

TEST(Lint, LeavesOutWhatIsMeant) {
  Rule rule;
  rule.trigger_tags = {"order"};
  rule.invalidate_tags = {"dashboard"};
  rule.condition = "context.status == 'published'";
  ExpectWarnings(LintRule(CompiledRule(rule)), {"[whole_type]", "[new_value_only]"});
  rule.accepted_warnings = {"whole_type"};
  ExpectWarnings(LintRule(CompiledRule(rule)), {"[new_value_only]"});
  rule.accepted_warnings = {"new_value_only", "whole_type"};
  ExpectWarnings(LintRule(CompiledRule(rule)), {});

  Relationship relationship = OrderEdge(Cardinality::kOneToMany, 3, {"item"}, "");
  relationship.accepted_warnings = {"deep_cascade"};
  ExpectWarnings(LintRelationship(relationship), {"[whole_type]"});
  rule.relationships = {relationship};
  ExpectWarnings(LintRule(CompiledRule(rule)), {"relationships[0].target_types"});

  EXPECT_TRUE(CheckWarningName("whole_type").ok());
  EXPECT_TRUE(absl::StrContains(CheckWarningName("Whole_type").message(), "whole_type"));
}

TEST(Lint, OfWildcards) {
  std::vector<TrackedEntry> entries(1);
  entries[0].tags = {"user:*", "user:1"};
  ExpectWarnings(LintEntries(entries), {"\"*\" in \"user:*\" is not a wildcard"});
}

TEST(Lint, OfDependencies) {
  ExpectWarnings(
      LintDependencies({.names = {"config"}, .keys = {"plain"}, .tags = {"user", "user:1"}}),
      {"depends_on: \"config\" is not hit by a write to one \"config\"",
       "depends_on: \"user\" adds nothing to \"user:1\""});
}

TEST(Lint, OfEntries) {
  std::vector<TrackedEntry> entries(3);
  entries[0].tags = {"user:1", "user", "user:#all"};
  entries[1].tags = {"navigation", "user"};
  entries[2].tags = {"navigation", "order:7"};
  ExpectWarnings(LintEntries(entries), {"\"navigation\" is not hit by a write to one",
                                        "\"user\" adds nothing to \"user:1\""});
  EXPECT_TRUE(LintEntries({}).empty());
}

TEST(Lint, OfEntriesIsBounded) {
  std::vector<std::string> names;
  for (size_t i = 0; i < kMaxWarnings + 5; ++i) names.push_back(absl::StrCat("type", i));
  std::vector<TrackedEntry> entries(1);
  entries[0].tags = {names.begin(), names.end()};
  const Strings warnings = LintEntries(entries);
  EXPECT_EQ(warnings.size(), kMaxWarnings + 1);
  EXPECT_EQ(warnings.back(), "tags: 5 more tags that a write to one row does not hit");
}

}  // namespace
}  // namespace cache_invalidation::engine
