// SPDX-License-Identifier: Apache-2.0

#include "server/engine/rule_set.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::engine {
namespace {

using Strings = std::vector<std::string>;

Relationship From(std::string source, std::string name) {
  Relationship relationship;
  relationship.name = std::move(name);
  relationship.source_type = std::move(source);
  relationship.target_types = {"x"};
  return relationship;
}

Strings NamesFrom(const RelationshipSet& set, absl::string_view type) {
  Strings names;
  for (const CompiledRelationship* compiled : set.From(type)) {
    names.push_back(compiled->relationship.name);
  }
  return names;
}

Strings PageOf(const RelationshipSet& set, absl::string_view source, absl::string_view after,
               uint32_t limit, bool more) {
  const RelationshipSet::Page page = set.List({source, after, limit});
  EXPECT_EQ(page.more, more);
  Strings names;
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
  EXPECT_EQ(NamesFrom(set, "user"), (Strings{"a", "b"}));

  EXPECT_TRUE(set.Put(From("order", "a")));
  EXPECT_EQ(set.size(), 3u);
  EXPECT_EQ(set.Find("a")->source_type, "order");
  EXPECT_EQ(NamesFrom(set, "user"), Strings{"b"});
  EXPECT_EQ(NamesFrom(set, "order"), (Strings{"a", "c"}));

  EXPECT_TRUE(set.Remove("b"));
  EXPECT_FALSE(set.Remove("b"));
  EXPECT_EQ(NamesFrom(set, "user"), Strings{});
  EXPECT_EQ(set.Find("b"), nullptr);
}

TEST(RelationshipSet, ListsByNameInPages) {
  RelationshipSet set;
  for (const char* name : {"d", "a", "c"}) set.Put(From("user", name));
  set.Put(From("order", "b"));
  EXPECT_EQ(PageOf(set, "", "", 2, true), (Strings{"a", "b"}));
  EXPECT_EQ(PageOf(set, "", "b", 2, false), (Strings{"c", "d"}));
  EXPECT_EQ(PageOf(set, "", "bb", 9, false), (Strings{"c", "d"}));
  EXPECT_EQ(PageOf(set, "user", "", 2, true), (Strings{"a", "c"}));
  EXPECT_EQ(PageOf(set, "user", "c", 2, false), Strings{"d"});
  EXPECT_EQ(PageOf(set, "order", "", 1, false), Strings{"b"});
  EXPECT_EQ(PageOf(set, "none", "", 1, false), Strings{});
  Strings visited;
  set.ForEach([&](const Relationship& relationship) { visited.push_back(relationship.name); });
  EXPECT_EQ(visited, (Strings{"a", "b", "c", "d"}));
}

Rule On(std::string name, int32_t priority, std::vector<std::string> triggers) {
  Rule rule;
  rule.name = std::move(name);
  rule.priority = priority;
  rule.trigger_tags = std::move(triggers);
  rule.invalidate_tags = {"x"};
  return rule;
}

// "rule by trigger", in the order of the result.
Strings Matching(const RuleSet& rules, std::vector<absl::string_view> tags) {
  Strings names;
  WorkBudget budget;
  for (const RuleSet::Match& match : rules.Matches(tags, budget)) {
    names.push_back(absl::StrCat(match.rule->rule.name, " by ", match.trigger));
  }
  return names;
}

Strings PageOf(const RuleSet& rules, const ListRules& query, bool more) {
  const RuleSet::Page page = rules.List(query);
  EXPECT_EQ(page.more, more);
  Strings names;
  for (const Rule* rule : page.rules) names.push_back(rule->name);
  return names;
}

TEST(RuleSet, AWriteToAWholeTypeMeetsTheTriggersBelowItToo) {
  RuleSet rules;
  rules.Put(On("on_type", 0, {"user"}));
  rules.Put(On("on_one", 0, {"user:42"}));
  rules.Put(On("on_other", 0, {"users", "user2:1"}));
  Strings names;
  WorkBudget budget;
  for (const RuleSet::Match& match : rules.Matches({"user"}, budget, "user")) {
    names.push_back(absl::StrCat(match.rule->rule.name, " by ", match.trigger));
  }
  EXPECT_EQ(names, (Strings{"on_one by user:42", "on_type by user"}));
}

TEST(RuleSet, MatchesTagsAndWhatStandsAboveThem) {
  RuleSet rules;
  rules.Put(On("on_user", 0, {"user"}));
  rules.Put(On("on_eu", 0, {"user:eu"}));
  rules.Put(On("on_both", 5, {"order", "user:eu:1"}));
  struct Row {
    std::vector<absl::string_view> tags;
    Strings expected;
  };
  for (const Row& row : std::vector<Row>{
           {{"user"}, {"on_user by user"}},
           {{"user:1"}, {"on_user by user"}},
           {{"user:eu"}, {"on_eu by user:eu", "on_user by user"}},
           {{"user:eu:1"}, {"on_both by user:eu:1", "on_eu by user:eu", "on_user by user"}},
           {{"user:eu2"}, {"on_user by user"}},
           {{"users"}, {}},
           {{"x", "order:7"}, {"on_both by order"}},
           // The first matching trigger is reported.
           {{"order:7", "user:eu:1"}, {"on_both by order", "on_eu by user:eu", "on_user by user"}},
           {{}, {}},
       }) {
    EXPECT_EQ(Matching(rules, row.tags), row.expected);
  }
}

TEST(RuleSet, RunsByPriorityThenBytewiseByName) {
  RuleSet rules;
  for (const char* name : {"b", "a", "B", "é"}) rules.Put(On(name, 0, {"t"}));
  rules.Put(On("low", -1, {"t"}));
  rules.Put(On("high", 1, {"t"}));
  const Strings order = {"high", "B", "a", "b", "é", "low"};
  Strings visited;
  rules.ForEach([&](const Rule& rule) { visited.push_back(rule.name); });
  EXPECT_EQ(visited, order);
  EXPECT_EQ(Matching(rules, {"t:1"}).size(), order.size());
  EXPECT_EQ(Matching(rules, {"t:1"}).front(), "high by t");
  EXPECT_EQ(Matching(rules, {"t:1"}).back(), "low by t");
}

TEST(RuleSet, AddsReplacesAndRemovesByName) {
  RuleSet rules;
  EXPECT_FALSE(rules.Put(On("r", 1, {"a", "b"})));
  EXPECT_TRUE(rules.Put(On("r", 2, {"b", "c"})));
  EXPECT_EQ(rules.size(), 1u);
  EXPECT_EQ(rules.Find("r")->priority, 2);
  EXPECT_EQ(Matching(rules, {"a"}), Strings{});
  EXPECT_EQ(Matching(rules, {"b"}), Strings{"r by b"});
  EXPECT_TRUE(rules.Remove("r"));
  EXPECT_FALSE(rules.Remove("r"));
  EXPECT_EQ(Matching(rules, {"b"}), Strings{});
  EXPECT_EQ(rules.Find("r"), nullptr);
  EXPECT_EQ(rules.size(), 0u);
}

TEST(RuleSet, ListsInRunningOrderInPages) {
  RuleSet rules;
  rules.Put(On("a", 0, {"t"}));
  rules.Put(On("z", 7, {"t"}));
  rules.Put(On("b", 0, {"t"}));
  EXPECT_EQ(PageOf(rules, {0, "", 2}, true), (Strings{"z", "a"}));
  EXPECT_EQ(PageOf(rules, {0, "a", 2}, false), Strings{"b"});
  EXPECT_EQ(PageOf(rules, {7, "z", 2}, false), (Strings{"a", "b"}));
  // The last rule of the page before may have been deleted.
  EXPECT_EQ(PageOf(rules, {3, "gone", 9}, false), (Strings{"a", "b"}));
  EXPECT_EQ(PageOf(rules, {-1, "a", 9}, false), Strings{});
}

TEST(RuleSet, CompilesWhatARuleNames) {
  Rule rule = On("r", 0, {"t"});
  rule.invalidate_tags = {"a", "b:{resource_id}"};
  rule.pattern = "x.*";
  RuleSet rules;
  rules.Put(rule);
  WorkBudget budget;
  const CompiledRule& compiled = *rules.Matches({"t"}, budget).front().rule;
  EXPECT_EQ(compiled.templates.size(), 2u);
  EXPECT_TRUE(compiled.pattern->Matches("xy"));
  EXPECT_FALSE(compiled.ignores_write);
  rule.invalidate_tags = {"a"};
  EXPECT_TRUE(CompiledRule(rule).ignores_write);
}

}  // namespace

}  // namespace cache_invalidation::engine
