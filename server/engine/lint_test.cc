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

using Lines = std::vector<std::string>;

// Each warning contains the text of the same place, and there are no others.
void ExpectWarnings(const Lines& warnings, const Lines& parts) {
  ASSERT_EQ(warnings.size(), parts.size()) << ::testing::PrintToString(warnings);
  for (size_t i = 0; i < parts.size(); ++i) {
    EXPECT_TRUE(absl::StrContains(warnings[i], parts[i])) << warnings[i];
  }
}

Relationship Edge(Cardinality cardinality, uint32_t depth, std::vector<std::string> targets,
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
    Lines warnings;
  };
  for (const Row& row : std::vector<Row>{
           {Edge(Cardinality::kOneToMany, 2, {"item"}, "item:{resource_id}"), {}},
           {Edge(Cardinality::kManyToOne, 1, {"customer"}, "customer:{context.customer_id}"), {}},
           {Edge(Cardinality::kOneToMany, 3, {"item"}, "item:{resource_id}"),
            {"cascade_depth: 3 hops"}},
           {Edge(Cardinality::kOneToMany, 1, {"item"}, ""),
            {"drops all entries of \"item\"; a target_tag_template such as "
             "\"item:{resource_id}\""}},
           {Edge(Cardinality::kOneToMany, 8, {"item", "stock", "price"}, ""),
            {"cascade_depth: 8 hops", "\"item\" and 2 more types"}},
           {Edge(Cardinality::kManyToOne, 1, {"customer"}, "customer:{resource_id}"),
            {"{resource_id} is the id of the written \"order\""}},
       }) {
    ExpectWarnings(LintRelationship(row.relationship), row.warnings);
  }
}

TEST(Lint, OfRules) {
  Rule rule;
  rule.invalidate_tags = {"a:{resource_id}", "b", "c:fixed"};
  rule.pattern = "user:.*";
  ExpectWarnings(LintRule(rule), {"invalidate_tags[1]: \"b\" drops all"});
  rule.invalidate_tags.clear();
  rule.pattern = ".*:user";
  rule.relationships = {Edge(Cardinality::kOneToMany, 1, {"item"}, "item:{resource_id}"),
                        Edge(Cardinality::kOneToMany, 4, {"item"}, "item:{resource_id}")};
  ExpectWarnings(LintRule(rule), {"pattern: ", "relationships[1].cascade_depth: 4 hops"});
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
  const Lines warnings = LintEntries(entries);
  EXPECT_EQ(warnings.size(), kMaxWarnings + 1);
  EXPECT_EQ(warnings.back(), "tags: 5 more bare type tags");
}

}  // namespace
}  // namespace cache_invalidation::engine
