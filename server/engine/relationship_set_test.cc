#include "server/engine/relationship_set.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace cache_invalidation::engine {
namespace {

using Names = std::vector<std::string>;

Relationship From(std::string source, std::string name) {
  Relationship relationship;
  relationship.name = std::move(name);
  relationship.source_type = std::move(source);
  relationship.target_types = {"x"};
  return relationship;
}

Names NamesFrom(const RelationshipSet& set, absl::string_view type) {
  Names names;
  for (const CompiledRelationship* compiled : set.From(type)) {
    names.push_back(compiled->relationship.name);
  }
  return names;
}

Names PageOf(const RelationshipSet& set, absl::string_view source, absl::string_view after,
             uint32_t limit, bool more) {
  const RelationshipSet::Page page = set.List({source, after, limit});
  EXPECT_EQ(page.more, more);
  Names names;
  for (const Relationship* relationship : page.relationships) names.push_back(relationship->name);
  return names;
}

TEST(RelationshipSet, AddsReplacesAndRemovesByName) {
  RelationshipSet set;
  EXPECT_EQ(set.Find("a"), nullptr);
  EXPECT_FALSE(set.Put(From("user", "b")));
  EXPECT_FALSE(set.Put(From("user", "a")));
  EXPECT_FALSE(set.Put(From("order", "c")));
  EXPECT_EQ(set.size(), 3u);
  EXPECT_EQ(NamesFrom(set, "user"), (Names{"a", "b"}));

  EXPECT_TRUE(set.Put(From("order", "a")));
  EXPECT_EQ(set.size(), 3u);
  EXPECT_EQ(set.Find("a")->source_type, "order");
  EXPECT_EQ(NamesFrom(set, "user"), Names{"b"});
  EXPECT_EQ(NamesFrom(set, "order"), (Names{"a", "c"}));

  EXPECT_TRUE(set.Remove("b"));
  EXPECT_FALSE(set.Remove("b"));
  EXPECT_EQ(NamesFrom(set, "user"), Names{});
  EXPECT_EQ(set.Find("b"), nullptr);
}

TEST(RelationshipSet, ListsByNameInPages) {
  RelationshipSet set;
  for (const char* name : {"d", "a", "c"}) set.Put(From("user", name));
  set.Put(From("order", "b"));
  EXPECT_EQ(PageOf(set, "", "", 2, true), (Names{"a", "b"}));
  EXPECT_EQ(PageOf(set, "", "b", 2, false), (Names{"c", "d"}));
  EXPECT_EQ(PageOf(set, "", "bb", 9, false), (Names{"c", "d"}));
  EXPECT_EQ(PageOf(set, "user", "", 2, true), (Names{"a", "c"}));
  EXPECT_EQ(PageOf(set, "user", "c", 2, false), Names{"d"});
  EXPECT_EQ(PageOf(set, "order", "", 1, false), Names{"b"});
  EXPECT_EQ(PageOf(set, "none", "", 1, false), Names{});
  Names visited;
  set.ForEach([&](const Relationship& relationship) { visited.push_back(relationship.name); });
  EXPECT_EQ(visited, (Names{"a", "b", "c", "d"}));
}

}  // namespace
}  // namespace cache_invalidation::engine
