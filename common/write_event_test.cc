// SPDX-License-Identifier: Apache-2.0

#include "common/write_event.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace cache_invalidation {
namespace {

using List = JsonValue::List;
using Object = JsonValue::Object;

const JsonValue kUnknown = JsonValue::Unknown();

// Returns the completed `old` of a context.
JsonValue OldOf(Object context) {
  const JsonValue completed = CompleteContext(JsonValue(std::move(context)));
  const JsonValue* old = completed.Find("old");
  return old == nullptr ? JsonValue("absent") : *old;
}

// Returns an open object.
JsonValue Open(Object members) {
  members.emplace_back(std::string(kUnknownName), true);
  return members;
}

TEST(CompleteContext, LeavesOtherContextsAsTheyAre) {
  for (const JsonValue& context :
       {JsonValue(), JsonValue("text"), JsonValue(List{1}), JsonValue(Object{}),
        JsonValue(Object{{"status", "open"}, {"fields_changed", List{"status"}}}),
        JsonValue(Object{{"old", "a word"}, {"new", "another"}}),
        JsonValue(Object{{"old", List{Object{{"id", 1}}}}})}) {
    EXPECT_EQ(CompleteContext(context), context);
  }
}

TEST(CompleteContext, OpensOld) {
  EXPECT_EQ(OldOf({{"a", 1}, {"b", 2}, {"old", Object{{"a", 0}}}}), Open({{"a", 0}}));
  EXPECT_EQ(OldOf({{"a", 1}, {"old", Object{}}}), Open({}));
  EXPECT_EQ(OldOf({{"old", Open({{"a", 0}})}}), Open({{"a", 0}})) << "marked already";
  // Objects in `old` are values of members, which are known as a whole.
  EXPECT_EQ(OldOf({{"old", Object{{"meta", Object{{"a", 0}}}}}}),
            Open({{"meta", Object{{"a", 0}}}}));
}

TEST(CompleteContext, OldGetsWhatDidNotChange) {
  EXPECT_EQ(OldOf({{"a", 1},
                   {"b", List{2}},
                   {"c", JsonValue()},
                   {"fields_changed", List{"a"}},
                   {"old", Object{}}}),
            Open({{"b", List{2}}, {"c", JsonValue()}}));
  EXPECT_EQ(OldOf({{"a", 1}, {"b", 2}, {"fields_changed", List{}}, {"old", Object{{"a", 1}}}}),
            Open({{"a", 1}, {"b", 2}}));
  // What `old` contains takes precedence, and unknown values stay unknown.
  EXPECT_EQ(OldOf({{"a", 1}, {"b", 2}, {"fields_changed", List{}}, {"old", Object{{"a", 3}}}}),
            Open({{"a", 3}, {"b", 2}}));
  EXPECT_EQ(OldOf({{"a", 1}, {"fields_changed", List{}}, {"old", Object{{"a", kUnknown}}}}),
            Open({{"a", kUnknown}}));
  EXPECT_EQ(OldOf({{"a", kUnknown}, {"fields_changed", List{}}, {"old", Object{}}}),
            Open({{"a", kUnknown}}));
  EXPECT_EQ(OldOf({{"a", 1}, {"fields_changed", List{"gone"}}, {"old", Object{}}}),
            Open({{"a", 1}}));
}

TEST(CompleteContext, ANameMayGoOnIntoTheMember) {
  const Object row = {{"meta", Object{{"color", "red"}}}, {"metal", "tin"}, {"roles", List{"a"}}};
  const auto unchanged = [&row](const char* name) {
    Object context = row;
    context.emplace_back("fields_changed", List{name});
    context.emplace_back("old", Object{});
    return OldOf(std::move(context));
  };
  const JsonValue all_but_meta = Open({{"metal", "tin"}, {"roles", List{"a"}}});
  EXPECT_EQ(unchanged("meta"), all_but_meta);
  EXPECT_EQ(unchanged("meta.color"), all_but_meta);
  EXPECT_EQ(unchanged("meta[0].color"), all_but_meta);
  EXPECT_EQ(unchanged("roles[2]").Find("roles"), nullptr);
  EXPECT_EQ(unchanged("met").as_object()->size(), 4u) << "no member, so all of them";

  // The reverse: the name of a member contains a dot.
  for (const char* name : {"a.b", "a", "a.c"}) {
    EXPECT_EQ(OldOf({{"a.b", 1}, {"fields_changed", List{name}}, {"old", Object{}}}), Open({}))
        << name;
  }
}

// Otherwise a look-up of "meta" would not find "meta.color".
TEST(CompleteContext, APathNamesItsMemberAsWell) {
  const auto names = [](List list) {
    return *CompleteContext(JsonValue(Object{{"fields_changed", std::move(list)}}))
                .Find("fields_changed");
  };
  EXPECT_EQ(names({"a", "meta.color", "roles[0]", "meta.size"}),
            JsonValue(List{"a", "meta.color", "roles[0]", "meta.size", "meta", "roles"}));
  EXPECT_EQ(names({"meta", "meta.color"}), JsonValue(List{"meta", "meta.color"}));
  EXPECT_EQ(names({"meta.color", 1}), JsonValue(List{"meta.color", 1, "meta"}));
  EXPECT_EQ(names({"a"}), JsonValue(List{"a"}));
}

TEST(CompleteContext, AnOldMemberThatChangedInsideIsOpen) {
  const Object meta = {{"d", 1}};
  EXPECT_EQ(OldOf({{"fields_changed", List{"meta.d"}}, {"old", Object{{"meta", meta}}}}),
            Open({{"meta", Open(meta)}}));
  EXPECT_EQ(OldOf({{"fields_changed", List{"meta"}}, {"old", Object{{"meta", meta}}}}),
            Open({{"meta", meta}}));
}

TEST(CompleteContext, EverythingMayHaveChangedIfNobodySaysReadablyWhat) {
  for (const JsonValue& names :
       {JsonValue(), JsonValue("b"), JsonValue(Object{{"b", true}}), JsonValue(List{"b", 1}),
        JsonValue(List{"b", JsonValue()}), JsonValue(List{kUnknown}), kUnknown}) {
    EXPECT_EQ(OldOf({{"a", 1}, {"fields_changed", names}, {"old", Object{}}}), Open({}));
  }
}

TEST(CompleteContext, NullIsNoOld) {
  const JsonValue context(Object{{"a", 1}, {"fields_changed", List{}}, {"old", JsonValue()}});
  EXPECT_EQ(CompleteContext(context), JsonValue(Object{{"a", 1}, {"fields_changed", List{}}}));
}

// It is unknown whether there was a row.
TEST(CompleteContext, AnUnknownOldStaysUnknown) {
  EXPECT_EQ(OldOf({{"a", 1}, {"fields_changed", List{}}, {"old", kUnknown}}), kUnknown);
  EXPECT_EQ(OldOf({{"a", 1}, {"$unknown", true}}), kUnknown);
  EXPECT_EQ(OldOf({{"a", 1}, {"$unknown", true}, {"old", JsonValue()}}), kUnknown);
  EXPECT_EQ(OldOf({{"$unknown", true}}), kUnknown);
}

TEST(CompleteContext, AnOpenContextTellsOnlyOfItsMembers) {
  EXPECT_EQ(OldOf({{"a", 1}, {"$unknown", true}, {"fields_changed", List{}}, {"old", Object{}}}),
            Open({{"a", 1}}));
}

// Applying it twice gives the same result: an application may have applied it already.
TEST(CompleteContext, IsDoneOnce) {
  for (const JsonValue& context :
       {JsonValue(Object{{"a", 1}, {"fields_changed", List{}}, {"old", Object{{"b", 2}}}}),
        JsonValue(Object{{"a", 1}, {"$unknown", true}}),
        JsonValue(
            Object{{"fields_changed", List{"m.a"}}, {"old", Object{{"m", Object{{"a", 1}}}}}}),
        JsonValue(Object{{"a", 1}, {"old", JsonValue()}})}) {
    const JsonValue once = CompleteContext(context);
    EXPECT_EQ(CompleteContext(once), once);
  }
}

TEST(FieldsChanged, TellsWhatIsSaid) {
  const JsonValue silent(Object{{"a", 1}});
  EXPECT_FALSE(FieldsChanged(silent).said());
  EXPECT_TRUE(FieldsChanged(silent).MayInclude("a"));

  const JsonValue named(Object{{"fields_changed", List{"b", "a.x"}}});
  EXPECT_TRUE(FieldsChanged(named).said());
  EXPECT_TRUE(FieldsChanged(named).MayInclude("a"));
  EXPECT_TRUE(FieldsChanged(named).MayInclude("b"));
  EXPECT_FALSE(FieldsChanged(named).MayInclude("c"));

  const JsonValue malformed(Object{{"fields_changed", "b"}});
  EXPECT_TRUE(FieldsChanged(malformed).said());
  EXPECT_TRUE(FieldsChanged(malformed).MayInclude("c"));
}

}  // namespace
}  // namespace cache_invalidation
