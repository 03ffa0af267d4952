// SPDX-License-Identifier: Apache-2.0

#include "client/declarations.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client {
namespace {

constexpr char kFile[] = R"(# A comment.
rules:
  - name: sessions
    trigger_tags: [user]
    invalidate_tags: ["user_session:{resource_id}"]
    strategy: batched
    priority: 90
  - name: off
    triggerTags: [user]
    invalidateTags: [x]
    strategy: INVALIDATION_STRATEGY_LAZY
    enabled: false
    relationships:
      - source_type: a
        target_types: [b]
        cardinality: many_to_one
        cascade_depth: 2
relationships:
  - source_type: order
    target_types: [order_items, inventory]
    cascade_depth: 1
)";

TEST(DeclarationsTest, ReadsRulesAndRelationships) {
  const absl::StatusOr<Declarations> out = ParseDeclarations(kFile);
  ASSERT_TRUE(out.ok()) << out.status();
  ASSERT_EQ(out->rules.size(), 2u);
  EXPECT_EQ(out->rules[0].name, "sessions");
  EXPECT_EQ(out->rules[0].strategy, InvalidationStrategy::kBatched);
  EXPECT_EQ(out->rules[0].priority, 90);
  EXPECT_TRUE(out->rules[0].enabled);
  EXPECT_EQ(out->rules[1].trigger_tags, std::vector<std::string>({"user"}));
  EXPECT_EQ(out->rules[1].strategy, InvalidationStrategy::kLazy);
  EXPECT_FALSE(out->rules[1].enabled);
  ASSERT_EQ(out->rules[1].relationships.size(), 1u);
  EXPECT_EQ(out->rules[1].relationships[0].cardinality, Cardinality::kManyToOne);
  ASSERT_EQ(out->relationships.size(), 1u);
  EXPECT_EQ(out->relationships[0].target_types.size(), 2u);
}

TEST(DeclarationsTest, ReadsBackWhatItWrites) {
  const absl::StatusOr<Declarations> first = ParseDeclarations(kFile);
  ASSERT_TRUE(first.ok()) << first.status();
  for (const std::string& text : {ToJson(*first), ToYaml(*first)}) {
    const absl::StatusOr<Declarations> second = ParseDeclarations(text);
    ASSERT_TRUE(second.ok()) << second.status() << "\n" << text;
    EXPECT_EQ(*first, *second) << text;
  }
}

TEST(DeclarationsTest, WritesYamlAsPeopleDo) {
  const absl::StatusOr<Declarations> read = ParseDeclarations(kFile);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(ToYaml(*read), R"(rules:
  - name: sessions
    trigger_tags:
      - user
    invalidate_tags:
      - "user_session:{resource_id}"
    strategy: batched
    priority: 90
    enabled: true
  - name: "off"
    trigger_tags:
      - user
    invalidate_tags:
      - x
    strategy: lazy
    relationships:
      - source_type: a
        target_types:
          - b
        cardinality: many_to_one
        cascade_depth: 2
    enabled: false
relationships:
  - source_type: order
    target_types:
      - order_items
      - inventory
    cardinality: one_to_many
    cascade_depth: 1
)");
}

// A field that a file leaves out has the default of the C++ struct.
TEST(DeclarationsTest, HasTheDefaultsOfTheStructs) {
  const absl::StatusOr<Declarations> out = ParseDeclarations(
      "rules:\n  - {name: a, relationships: [{source_type: s}]}\nrelationships:\n  - name: r\n");
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_EQ(out->rules[0],
            (InvalidationRule{.name = "a", .relationships = {{.source_type = "s"}}}));
  EXPECT_EQ(out->relationships[0], DataRelationship{.name = "r"});
}

TEST(DeclarationsTest, FindsTheLineOfAnErrorOfTheService) {
  EXPECT_EQ(LineOf(kFile, "rules[0].priority"), 7);
  EXPECT_EQ(LineOf(kFile, "rules[1].invalidate_tags[0]"), 10) << "in either spelling";
  EXPECT_EQ(LineOf(kFile, "rules[1].relationships[0].cascade_depth"), 17);
  EXPECT_EQ(LineOf(kFile, "rules[1].condition"), 8) << "which is not there: the rule";
  EXPECT_EQ(LineOf(kFile, "relationships"), 18);
  EXPECT_EQ(LineOf("rules: [", "rules"), 1);
}

TEST(DeclarationsTest, AnEmptyFileDefinesNothing) {
  for (const char* yaml : {"", "rules:\n", "rules: []\nrelationships: []\n"}) {
    const absl::StatusOr<Declarations> out = ParseDeclarations(yaml);
    ASSERT_TRUE(out.ok()) << out.status();
    EXPECT_TRUE(out->rules.empty() && out->relationships.empty());
  }
}

TEST(DeclarationsTest, NamesTheLineOfAFault) {
  struct Case {
    std::string yaml, message;
  };
  for (const Case& c : std::vector<Case>{
           {"rules:\n  - name: a\n    trigger: [b]\n", "line 3: trigger: unknown name"},
           {"rules:\n  - name: a\n\n    relationships:\n      - source_type: a\n        depth: 1\n",
            "line 6: relationships[0].depth: unknown name"},
           {"rules:\n  - name: a\n    priority: high\n",
            "line 3: priority: invalid value \"high\" for type TYPE_INT32"},
           {"rules:\n  - name: a\n    strategy: sometimes\n",
            "line 3: strategy: invalid value \"INVALIDATION_STRATEGY_SOMETIMES\" for type "
            "type.googleapis.com/cache_invalidation.v1.InvalidationStrategy"},
           {"rules:\n  - name: a\n    trigger_tags:\n      - b\n      - 5\n",
            "line 5: trigger_tags[1]: invalid value 5 for type TYPE_STRING"},
           {"relationships:\n  - targetTagTemplate: a\n    target_tag_template: b\n",
            "line 3: \"target_tag_template\" is defined twice"},
           {"rules:\n  - name: a\n    name: b\n", "line 3: \"name\" is defined twice"},
           {"rules:\n  a: b\n", "line 1: expected a list of rules"},
           {"rules:\n  - a\n", "line 2: expected one of the rules"},
           {"rule:\n  - name: a\n", "line 1: rule: unknown name"},
           {"- name: a\n", "line 1: expected rules or relationships"},
           {"relationships:\n  - sourcetype: a\n", "line 2: sourcetype: unknown name"},
       }) {
    DeclarationsError error;
    EXPECT_EQ(ParseDeclarations(c.yaml, &error).status(), absl::InvalidArgumentError(c.message))
        << c.yaml;
    EXPECT_EQ(c.message, absl::StrCat("line ", error.line, ": ", error.message));
  }
}

}  // namespace
}  // namespace cache_invalidation::client
