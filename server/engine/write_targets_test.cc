// SPDX-License-Identifier: Apache-2.0

#include "server/engine/write_targets.h"
#include "server/engine/testing/edges.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/fakes/fixed_json.h"

namespace cache_invalidation::engine {
namespace {

using Strings = std::vector<std::string>;

// "name left=n [after parent]: tags", "~" after a widened tag, "spent" for a hop that was not
// taken.
Strings Describe(const Expansion& hops) {
  Strings lines;
  for (const Hop& hop : hops) {
    std::string line = hop.via->relationship.name;
    if (hop.parent != Hop::kStart) {
      absl::StrAppend(&line, " after ", hops[hop.parent].via->relationship.name);
    }
    if (hop.taken) {
      absl::StrAppend(&line, " left=", hop.depth_left, ":");
      for (const RenderedTag& tag : hop.tags) {
        absl::StrAppend(&line, " ", tag.name, tag.widened() ? "~" : "");
      }
    } else {
      absl::StrAppend(&line, " spent");
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

void Register(const std::vector<Relationship>& relationships, RelationshipSet& set) {
  for (const Relationship& relationship : relationships) set.Put(relationship);
}

WriteEvent WriteOf(absl::string_view type, absl::string_view id,
                   const JsonSource* context = nullptr) {
  WriteEvent write;
  write.resource_type = type;
  write.resource_id = id;
  write.context = context;
  return write;
}

Expansion Expand(const RelationshipSet& set, const WriteEvent& write,
                 SpentHops spent = SpentHops::kLeaveOut) {
  WorkBudget budget;
  WriteValues values(write, budget);
  return ExpandWrite(set, values, spent);
}

struct Expected {
  const char* what;
  std::vector<Relationship> relationships;
  const char* type;
  const char* id;
  Strings expected;
};

void CheckRows(const std::vector<Expected>& rows) {
  for (const Expected& row : rows) {
    RelationshipSet set;
    Register(row.relationships, set);
    EXPECT_EQ(Describe(Expand(set, WriteOf(row.type, row.id), SpentHops::kInclude)), row.expected)
        << row.what;
  }
}

TEST(Expansion, SpendsDepth) {
  CheckRows({
      {"nothing registered for the type", {EdgeTo("1", "a", {"b"}, 1)}, "x", "1", {}},
      {"the type tag of every target",
       {EdgeTo("1", "a", {"b", "c"}, 1)},
       "a",
       "1",
       {"1 left=0: b c"}},
      {"depth is the minimum of what is left and what the next allows",
       {EdgeTo("1", "user", {"session"}, 2), EdgeTo("2", "session", {"navigation"}, 1),
        EdgeTo("3", "navigation", {"menu"}, 8)},
       "user",
       "1",
       {"1 left=1: session", "2 after 1 left=0: navigation", "3 after 2 spent"}},
      {"a type reached with more depth counts with that",
       {EdgeTo("1", "a", {"b"}, 1), EdgeTo("2", "a", {"c"}, 3), EdgeTo("3", "c", {"b"}, 2),
        EdgeTo("4", "b", {"d"}, 1)},
       "a",
       "1",
       {"1 left=0: b", "2 left=2: c", "3 after 2 left=1: b", "4 after 3 left=0: d"}},
      {"a cycle ends and names the written type",
       {EdgeTo("1", "a", {"b"}, 8), EdgeTo("2", "b", {"a"}, 8)},
       "a",
       "1",
       // The second round has scope nothing.
       {"1 left=7: b", "2 after 1 left=6: a", "1 after 2 left=5: b"}},
  });
}

TEST(Expansion, StaysScopedAsLongAsEveryHopIs) {
  CheckRows({
      {"scoped hop by hop",
       {EdgeTo("1", "a", {"b"}, 2, "b:{resource_id}"),
        EdgeTo("2", "b", {"c"}, 1, "c:{resource_id}")},
       "a",
       "1",
       {"1 left=1: b:1", "2 after 1 left=0: c:1"}},
      {"behind an unscoped hop a template widens",
       {EdgeTo("1", "a", {"b"}, 2), EdgeTo("2", "b", {"c"}, 1, "c:{resource_id}")},
       "a",
       "1",
       {"1 left=1: b", "2 after 1 left=0: c~"}},
      {"the id of a is no id of what follows a tag that does not name it",
       {EdgeTo("1", "a", {"b"}, 2, "b:all"), EdgeTo("2", "b", {"c"}, 1, "c:{resource_id}")},
       "a",
       "1",
       {"1 left=1: b:all", "2 after 1 left=0: c~"}},
      {"a literal template names its tag unscoped too",
       {EdgeTo("1", "a", {"b"}, 1, "b:all")},
       "a",
       "",
       {"1 left=0: b:all"}},
      {"an empty id is not scoped",
       {EdgeTo("1", "a", {"b"}, 1, "b:x:{resource_id}")},
       "a",
       "",
       {"1 left=0: b~"}},
      {"what has no value widens to the tag in front and leads on unscoped",
       {EdgeTo("1", "a", {"b"}, 2, "b:x:{context.f}"),
        EdgeTo("2", "b", {"c"}, 1, "c:{resource_id}")},
       "a",
       "1",
       {"1 left=1: b:x~", "2 after 1 left=0: c~"}},
      {"a place is scoped and unscoped apart",
       {EdgeTo("1", "a", {"c"}, 2, "c:{resource_id}"), EdgeTo("2", "a", {"c"}, 2),
        EdgeTo("3", "c", {"d"}, 1, "d:{resource_id}")},
       "a",
       "1",
       {"1 left=1: c:1", "2 left=1: c", "3 after 1 left=0: d:1", "3 after 2 left=0: d~"}},
  });
}

// The written id is that of the first type. A tag that names it identifies the next type's rows by
// it; after a tag that does not, the id would be that of a different row.
TEST(Expansion, NamesTheWrittenIdOnlyAsLongAsEveryHopDid) {
  struct Expected {
    const char* what;
    std::vector<Relationship> relationships;
    Strings expected;
  };
  const FixedJson context{JsonValue(JsonValue::Object{
      {"order", "61"},
      {"customer", JsonValue::List{JsonValue(7), JsonValue("u:8")}},
      {"nothing", JsonValue()},
  })};
  for (const Expected& row : std::vector<Expected>{
           {"the id widens behind a hop by the context",
            {EdgeTo("1", "item", {"order"}, 3, "order:{context.order}"),
             EdgeTo("2", "order", {"invoice"}, 2, "invoice:{resource_id}"),
             EdgeTo("3", "invoice", {"page"}, 1, "page:{context.customer}")},
            {"1 left=2: order:61", "2 after 1 left=1: invoice~", "3 after 2 left=0: page~"}},
           {"values of the context stay what they are",
            {EdgeTo("1", "item", {"order"}, 3, "order:{context.order}"),
             EdgeTo("2", "order", {"customer"}, 2, "customer:{context.customer}"),
             EdgeTo("3", "customer", {"page"}, 1, "page:{context.order}")},
            {"1 left=2: order:61", "2 after 1 left=1: customer:7 customer:u%3A8 customer:u:8",
             "3 after 2 left=0: page:61"}},
           {"a tag with both names the id",
            {EdgeTo("1", "item", {"order"}, 3, "order:{context.order}:{resource_id}"),
             EdgeTo("2", "order", {"line"}, 2, "line:{resource_id}"),
             EdgeTo("3", "line", {"page"}, 1, "page:{context.order}:{resource_id}")},
            {"1 left=2: order:61:5", "2 after 1 left=1: line:5", "3 after 2 left=0: page:61:5"}},
           {"and needs it",
            {EdgeTo("1", "item", {"order"}, 3, "order:{context.order}"),
             EdgeTo("2", "order", {"line"}, 2, "line:{context.order}:{resource_id}")},
            {"1 left=2: order:61", "2 after 1 left=1: line~"}},
           {"it does not come back",
            {EdgeTo("1", "item", {"order"}, 4, "order:{resource_id}"),
             EdgeTo("2", "order", {"customer"}, 3, "customer:{context.customer}"),
             EdgeTo("3", "customer", {"page"}, 2, "page:{resource_id}"),
             EdgeTo("4", "page", {"part"}, 1, "part:{context.order}")},
            {"1 left=3: order:5", "2 after 1 left=2: customer:7 customer:u%3A8 customer:u:8",
             "3 after 2 left=1: page~", "4 after 3 left=0: part~"}},
           {"a literal tag is no row's, values of the context stay",
            {EdgeTo("1", "item", {"order"}, 3, "order:today"),
             EdgeTo("2", "order", {"page"}, 1, "page:{context.order}")},
            {"1 left=2: order:today", "2 after 1 left=0: page:61"}},
           {"behind a type tag nothing can be told",
            {EdgeTo("1", "item", {"order"}, 3),
             EdgeTo("2", "order", {"page"}, 1, "page:{context.order}")},
            {"1 left=2: order", "2 after 1 left=0: page~"}},
           {"a null that is skipped leads nowhere",
            {EdgeTo("1", "item", {"order"}, 3, "order:{context.nothing|null=skip}"),
             EdgeTo("2", "order", {"page"}, 1, "page:{context.order}")},
            {"1 left=2:"}},
           {"a null that is named leads on",
            {EdgeTo("1", "item", {"order"}, 3, "order:{context.nothing|null=tag}"),
             EdgeTo("2", "order", {"page"}, 1, "page:{context.order}")},
            {"1 left=2: order:%null", "2 after 1 left=0: page:61"}},
           {"less depth with the id and more without both count",
            {EdgeTo("1", "item", {"order"}, 2, "order:{resource_id}"),
             EdgeTo("2", "item", {"order"}, 4, "order:{context.order}"),
             EdgeTo("3", "item", {"order"}, 8),
             EdgeTo("4", "order", {"page"}, 8, "page:{resource_id}"),
             EdgeTo("5", "page", {"part"}, 8, "part:{context.order}")},
            {"1 left=1: order:5", "2 left=3: order:61", "3 left=7: order",
             "4 after 3 left=6: page~", "5 after 4 left=5: part~", "4 after 2 left=2: page~",
             "4 after 1 left=0: page:5"}},
       }) {
    RelationshipSet set;
    Register(row.relationships, set);
    EXPECT_EQ(Describe(Expand(set, WriteOf("item", "5", &context))), row.expected) << row.what;
  }
}

TEST(Expansion, LeavesSpentHopsOut) {
  RelationshipSet set;
  Register({EdgeTo("1", "a", {"b"}, 1), EdgeTo("2", "b", {"c"}, 1)}, set);
  EXPECT_EQ(Describe(Expand(set, WriteOf("a", "7"))), Strings{"1 left=0: b"});
}

TEST(Expansion, OfAttachedRelationshipsStartsAtTheirOwnSources) {
  RelationshipSet set;
  Register({EdgeTo("r1", "other", {"y"}, 1), EdgeTo("r2", "x", {"z"}, 1)}, set);
  std::vector<CompiledRelationship> attached;
  attached.emplace_back(EdgeTo("1", "other", {"x"}, 3, "x:{resource_id}"));
  attached.emplace_back(EdgeTo("2", "t", {"x"}, 2, "x:{resource_id}"));
  attached.emplace_back(EdgeTo("3", "z", {"other"}, 2));
  const WriteEvent write = WriteOf("t", "7");
  WorkBudget budget;
  WriteValues values(write, budget);
  EXPECT_EQ(Describe(ExpandAttached(set, attached, values, SpentHops::kInclude)),
            (Strings{
                "1 left=2: x~",          // its source was not written
                "2 left=1: x:7",         // registered ones of "other" are not first hops
                "3 left=1: other",       //
                "r2 after 1 left=0: z",  // continues over registered ones
                "r2 after 2 left=0: z",  //
                "r1 after 3 left=0: y",  // and over those of a reached type
                "1 after 3 left=0: x~",  //
                "3 after r2 spent",
            }));
}

TEST(Expansion, OfTypesIsUnscoped) {
  RelationshipSet set;
  Register({EdgeTo("1", "a", {"b"}, 1, "b:{resource_id}"), EdgeTo("2", "c", {"d"}, 1)}, set);
  WorkBudget budget;
  EXPECT_EQ(Describe(ExpandTypes(set, {"a", "c", "x"}, budget)),
            (Strings{"1 left=0: b~", "2 left=0: d"}));
}

// Follows every path without remembering states. `names`: 2 while all named the id, 1 while all
// named something, otherwise 0.
using Found = std::set<std::tuple<std::string, std::string, bool>>;

void FollowEveryPath(const std::vector<Relationship>& all, const std::string& type, int names,
                     uint32_t left, Found& found) {
  if (left == 0) return;
  for (const Relationship& relationship : all) {
    if (relationship.source_type != type) continue;
    const uint32_t next = std::min(left, relationship.cascade_depth) - 1;
    const std::string& target = relationship.target_types[0];
    const std::string& form = relationship.target_tag_template;
    const bool by_id = absl::StrContains(form, "{resource_id}");
    std::string tag = target;
    int kept = 0;
    if (!form.empty() && names >= (by_id ? 2 : 1)) {
      tag = absl::StrCat(target, by_id ? ":7" : ":61");
      kept = by_id ? 2 : 1;
    }
    found.emplace(relationship.name, tag, !form.empty() && kept == 0);
    FollowEveryPath(all, target, kept, next, found);
  }
}

TEST(Expansion, IsTheUnionOverAllPathsInAnyOrderOfRegistration) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937 random(seed);
  const FixedJson context{JsonValue(JsonValue::Object{{"f", "61"}})};
  for (int round = 0; round < 300; ++round) {
    std::vector<Relationship> all;
    for (size_t n = random() % 7; n > 0; --n) {
      const auto type = [&] { return std::string(1, static_cast<char>('a' + random() % 5)); };
      std::string target = type();
      const char* const placeholders[] = {"", ":{resource_id}", ":{context.f}"};
      const char* placeholder = placeholders[random() % 3];
      std::string form = *placeholder == '\0' ? "" : absl::StrCat(target, placeholder);
      all.push_back(EdgeTo(absl::StrCat(n), type(), {target}, 1 + random() % 4, form));
    }
    Found expected;
    FollowEveryPath(all, "a", 2, 100, expected);

    std::shuffle(all.begin(), all.end(), random);
    RelationshipSet set;
    Register(all, set);
    Found found;
    for (const Hop& hop : Expand(set, WriteOf("a", "7", &context))) {
      for (const RenderedTag& tag : hop.tags) {
        found.emplace(hop.via->relationship.name, tag.name, tag.widened());
      }
    }
    EXPECT_EQ(found, expected) << "round " << round;
  }
}

}  // namespace
}  // namespace cache_invalidation::engine
