#include "client/cachectl/definitions.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace cache_invalidation::cachectl {
namespace {

using client::Cardinality;
using client::InvalidationStrategy;

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

TEST(DefinitionsTest, ReadsRulesAndRelationships) {
  const absl::StatusOr<Definitions> out = ParseDefinitions("f.yaml", kFile);
  ASSERT_TRUE(out.ok()) << out.status();
  ASSERT_EQ(out->rules.size(), 2u);
  EXPECT_EQ(out->rules[0].line, 3);
  EXPECT_EQ(out->rules[0].value.name, "sessions");
  EXPECT_EQ(out->rules[0].value.strategy, InvalidationStrategy::kBatched);
  EXPECT_EQ(out->rules[0].value.priority, 90);
  EXPECT_TRUE(out->rules[0].value.enabled);
  EXPECT_EQ(out->rules[1].line, 8);
  EXPECT_EQ(out->rules[1].value.trigger_tags, std::vector<std::string>({"user"}));
  EXPECT_EQ(out->rules[1].value.strategy, InvalidationStrategy::kLazy);
  EXPECT_FALSE(out->rules[1].value.enabled);
  ASSERT_EQ(out->rules[1].value.relationships.size(), 1u);
  EXPECT_EQ(out->rules[1].value.relationships[0].cardinality, Cardinality::kManyToOne);
  ASSERT_EQ(out->relationships.size(), 1u);
  EXPECT_EQ(out->relationships[0].line, 19);
  EXPECT_EQ(out->relationships[0].value.target_types.size(), 2u);
}

TEST(DefinitionsTest, ReadsBackWhatItWrites) {
  const absl::StatusOr<Definitions> first = ParseDefinitions("f.yaml", kFile);
  ASSERT_TRUE(first.ok()) << first.status();
  const std::string json = DefinitionsToJson({first->rules[0].value, first->rules[1].value},
                                             {first->relationships[0].value});
  const absl::StatusOr<Definitions> second = ParseDefinitions("f.json", json);
  ASSERT_TRUE(second.ok()) << second.status();
  for (size_t i = 0; i < 2; ++i) EXPECT_EQ(first->rules[i].value, second->rules[i].value);
  EXPECT_EQ(first->relationships[0].value, second->relationships[0].value);
}

TEST(DefinitionsTest, AnEmptyFileDefinesNothing) {
  for (const char* yaml : {"", "rules:\n", "rules: []\nrelationships: []\n"}) {
    const absl::StatusOr<Definitions> out = ParseDefinitions("f.yaml", yaml);
    ASSERT_TRUE(out.ok()) << out.status();
    EXPECT_TRUE(out->rules.empty() && out->relationships.empty());
  }
}

TEST(DefinitionsTest, NamesTheLineOfAFault) {
  struct Case {
    std::string yaml, message;
  };
  for (const Case& c : std::vector<Case>{
           {"rules:\n  - name: a\n    trigger: [b]\n", "f.yaml:3: trigger: unknown name"},
           {"rules:\n  - name: a\n\n    relationships:\n      - source_type: a\n        depth: 1\n",
            "f.yaml:6: relationships[0].depth: unknown name"},
           {"rules:\n  - name: a\n    priority: high\n",
            "f.yaml:3: priority: invalid value \"high\" for type TYPE_INT32"},
           {"rules:\n  - name: a\n    strategy: sometimes\n",
            "f.yaml:3: strategy: invalid value \"INVALIDATION_STRATEGY_SOMETIMES\" for type "
            "type.googleapis.com/cache_invalidation.v1.InvalidationStrategy"},
           {"rules:\n  - name: a\n    trigger_tags:\n      - b\n      - 5\n",
            "f.yaml:5: trigger_tags[1]: invalid value 5 for type TYPE_STRING"},
           {"rules:\n  - name: a\n    name: b\n", "f.yaml:3: \"name\" is defined twice"},
           {"rules:\n  a: b\n", "f.yaml:1: expected a list of rules"},
           {"rules:\n  - a\n", "f.yaml:2: expected one of the rules"},
           {"rule:\n  - name: a\n", "f.yaml:1: rule: unknown name"},
           {"- name: a\n", "f.yaml:1: expected rules or relationships"},
           {"relationships:\n  - sourcetype: a\n", "f.yaml:2: sourcetype: unknown name"},
       }) {
    EXPECT_EQ(ParseDefinitions("f.yaml", c.yaml).status(), absl::InvalidArgumentError(c.message))
        << c.yaml;
  }
}

}  // namespace
}  // namespace cache_invalidation::cachectl
