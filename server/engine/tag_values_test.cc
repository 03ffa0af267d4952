// SPDX-License-Identifier: Apache-2.0

#include "server/engine/tag_values.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/limits.h"
#include "server/engine/testing/rendered_lines.h"

namespace cache_invalidation::engine {
namespace {

TEST(TagValues, FillsInValuesOfTheContext) {
  struct Row {
    const char* text;
    JsonValue::Object context;
    Strings expected;
  };
  for (const Row& row : std::vector<Row>{
           {"o:{context.f}", {{"f", Text("x")}}, {"o:x"}},
           {"o:{context.f}", {{"f", Text("a:b")}}, {"o:a%3Ab", "o:a:b"}},
           {"o:{context.f}",
            {{"f", Number(2)}, {"old", Object({{"f", Number(1)}})}},
            {"o:1", "o:2"}},
           {"o:{context.f}", {{"f", Number(2)}, {"old", Object({{"f", Number(2)}})}}, {"o:2"}},
           {"o:{context.f}", {{"f", Number(2)}, {"old", JsonValue()}}, {"o:2"}},
           {"o:{context.f}", {{"old", Object({{"f", Number(1)}})}}, {"o:1"}},
           {"o:{context.old.f}", {{"old", Object({{"f", Number(1)}})}}, {"o:1"}},
           {"o:{context.f}",
            {{"f", JsonValue()}, {"old", Object({{"f", Number(1)}})}},
            {"o ~ {context.f} is null", "o:1"}},
           {"o:{context.b.c}",
            {{"b", Object({{"c", Number(1)}})},
             {"old", Object({{"b", Object({{"c", Number(2)}})}})}},
            {"o:1", "o:2"}},
           {"o:{context.b.c}", {{"b", Object({})}}, {"o ~ {context.b.c} is absent"}},
           {"o:{context.f}", {{"f", List({Text("y"), Text("x"), Text("y")})}}, {"o:x", "o:y"}},
           {"o:{context.f}",
            {{"f", List({Text("x"), JsonValue(), Text("")})}},
            {"o ~ {context.f} is null", "o:x"}},
       }) {
    EXPECT_EQ(RenderWith(row.text, row.context), row.expected) << row.text;
  }
}

TEST(TagValues, KnowsWhichValuesHaveAText) {
  struct Row {
    JsonValue value;
    Strings expected;
  };
  for (const Row& row : std::vector<Row>{
           {JsonValue(true), {"a:b:true"}},
           {JsonValue(false), {"a:b:false"}},
           {Number(0), {"a:b:0"}},
           {Number(-0.0), {"a:b:0"}},
           {Number(-7), {"a:b:-7"}},
           {Number(9007199254740991), {"a:b:9007199254740991"}},
           {Number(-9007199254740991), {"a:b:-9007199254740991"}},
           // 9007199254740993 is parsed as this double as well.
           {Number(9007199254740992), {"a:b ~ {context.f} is a number beyond 2^53-1"}},
           {Number(-9007199254740992), {"a:b ~ {context.f} is a number beyond 2^53-1"}},
           {Number(9007199254740994), {"a:b ~ {context.f} is a number beyond 2^53-1"}},
           {Number(1e300), {"a:b ~ {context.f} is a number beyond 2^53-1"}},
           {Number(HUGE_VAL), {"a:b ~ {context.f} is a number beyond 2^53-1"}},
           {Number(NAN), {"a:b ~ {context.f} is a fraction"}},
           {Number(1.5), {"a:b ~ {context.f} is a fraction"}},
           {JsonValue(), {"a:b ~ {context.f} is null"}},
           {Text(""), {"a:b ~ {context.f} is empty"}},
           {List({}), {"a:b ~ {context.f} is empty"}},
           {Object({}), {"a:b ~ {context.f} is an object"}},
           {Object({{"x", Number(1)}}), {"a:b ~ {context.f} is an object"}},
           {List({List({Number(1)})}), {"a:b ~ {context.f} holds a list within a list"}},
           {Text("line\nbreak"), {"a:b ~ {context.f} makes no well-formed tag"}},
           {Text("9007199254740993"), {"a:b:9007199254740993"}},
           {JsonValue(std::string(kMaxTagBytes, 'x')),
            {"a:b ~ {context.f} makes no well-formed tag"}},
           {JsonValue(std::string(2 * kMaxTagBytes, 'x')),
            {"a:b ~ {context.f} makes no well-formed tag"}},
           // Too long only if escaped.
           {JsonValue(std::string(500, '%')),
            {"a:b ~ {context.f} makes no well-formed tag", "a:b:" + std::string(500, '%')}},
           // Too deep only if not escaped.
           {JsonValue(std::string(40, ':')),
            {"a:b:" + absl::StrReplaceAll(std::string(40, ':'), {{":", "%3A"}}),
             "a:b:" + std::string(29, ':') + " ~ {context.f} makes no well-formed tag"}},
       }) {
    EXPECT_EQ(RenderWith("a:b:{context.f}", {{"f", row.value}}), row.expected);
  }
}

// Ordinary data is never taken for the marks of unknown values or of numbers.
TEST(TagValues, GivesTheTextOfNumbersExactly) {
  for (const char* text : {"10.00", "0", "-0", "12.5", "1e+10", "9007199254740993",
                           "-9007199254740993", "99999999999999999.98"}) {
    EXPECT_EQ(RenderWith("o:{context.f}", {{"f", JsonValue::Number(text)}}),
              Strings{absl::StrCat("o:", text)});
  }
  EXPECT_EQ(RenderWith("o:{context.f}",
                       {{"f", List({JsonValue::Number("10.00"), JsonValue::Number("1.0")})}}),
            (Strings{"o:1.0", "o:10.00"}));
  for (const char* text : {"", "NaN", "Infinity", "1:2", "01", "+1", " 1"}) {
    EXPECT_EQ(RenderWith("o:{context.f}", {{"f", JsonValue::Number(text)}}),
              Strings{"o ~ {context.f} is an object"});
  }
  EXPECT_EQ(
      RenderWith("o:{context.f}", {{"f", JsonValue::Number(std::string(kMaxTagBytes + 1, '7'))}}),
      Strings{"o ~ {context.f} makes no well-formed tag"});
}

TEST(TagValues, NamesWhatItIsToldToForNull) {
  const JsonValue null;
  const JsonValue old_null = Object({{"f", null}});
  struct Row {
    const char* text;
    JsonValue::Object context;
    Strings expected;
  };
  for (const Row& row : std::vector<Row>{
           {"o:{context.f|null=skip}", {{"f", Text("x")}}, {"o:x"}},
           {"o:{context.f|null=skip}", {{"f", null}}, {}},
           {"o:{context.f|null=skip}", {{"f", null}, {"old", old_null}}, {}},
           {"o:{context.f|null=skip}", {{"f", Text("x")}, {"old", old_null}}, {"o:x"}},
           {"o:{context.f|null=skip}", {{"f", null}, {"old", Object({{"f", Text("x")}})}}, {"o:x"}},
           {"o:{context.f|null=skip}", {{"f", List({null, Text("x"), null})}}, {"o:x"}},
           {"o:{context.f|null=skip}", {{"f", List({null})}}, {}},
           // A missing or unknown value is not null.
           {"o:{context.f|null=skip}", {}, {"o ~ {context.f|null=skip} is absent"}},
           {"o:{context.f|null=skip}",
            {{"f", JsonValue::Unknown()}},
            {"o ~ {context.f|null=skip} is not known"}},
           {"o:{context.f|null=skip}",
            {{"f", null}, {"old", Object({})}},
            {"o ~ {context.f|null=skip} is not known"}},
           {"o:{context.f|null=skip}",
            {{"f", null}, {"fields_changed", List({Text("f")})}},
            {"o ~ {context.f|null=skip} changed, and only one of its values is given"}},
           {"o:{context.f|null=skip}", {{"f", Text("")}}, {"o ~ {context.f|null=skip} is empty"}},
           {"o:{context.f|null=skip}", {{"f", List({})}}, {"o ~ {context.f|null=skip} is empty"}},
           {"o:{context.f|null=skip}",
            {{"f", List({List({null})})}},
            {"o ~ {context.f|null=skip} holds a list within a list"}},

           {"o:{context.f|null=tag}", {{"f", null}}, {"o:%null"}},
           {"o:{context.f|null=tag}", {{"f", Text("null")}}, {"o:null"}},
           {"o:{context.f|null=tag}", {{"f", Text("x")}, {"old", old_null}}, {"o:%null", "o:x"}},
           {"o:{context.f|null=tag}", {{"f", List({null, Text("x")})}}, {"o:%null", "o:x"}},
           {"o:{context.f|null=tag}", {{"f", List({})}}, {"o ~ {context.f|null=tag} is empty"}},
           {"o:{context.f|null=tag}",
            {{"f", JsonValue::Unknown()}},
            {"o ~ {context.f|null=tag} is not known"}},
           {"o:{context.b.c|null=tag}", {{"b", Object({{"c", null}})}}, {"o:%null"}},

           // A placeholder without a value drops the whole tag, whatever the other placeholders
           // have.
           {"o:{context.f|null=skip}:{context.g}", {{"f", null}, {"g", Text("x")}}, {}},
           {"o:{context.g}:{context.f|null=skip}", {{"f", null}, {"g", Text("x")}}, {}},
           {"o:{context.g}:{context.f|null=skip}", {{"f", null}}, {}},
           {"o:{context.f|null=tag}:{context.g|null=skip}",
            {{"f", null}, {"g", Text("x")}},
            {"o:%null:x"}},
           {"o:{context.f|null=tag}:{context.g}",
            {{"f", null}, {"g", null}},
            {"o:%null ~ {context.g} is null"}},
       }) {
    EXPECT_EQ(RenderWith(row.text, row.context), row.expected) << row.text;
  }
}

// An unknown value can be anything: it widens, and is distinguished from absent and null.
TEST(TagValues, WidensForWhatIsNotKnown) {
  const JsonValue unknown = JsonValue::Unknown();
  const JsonValue open = Object({{"$unknown", JsonValue(true)}, {"x", Number(1)}});
  const std::string f = "o ~ {context.f} is not known";
  struct Row {
    const char* text;
    JsonValue::Object context;
    Strings expected;
  };
  for (const Row& row : std::vector<Row>{
           {"o:{context.f}", {{"f", unknown}}, {f}},
           {"o:{context.f}", {{"f", unknown}, {"old", Object({{"f", Number(1)}})}}, {f, "o:1"}},
           {"o:{context.f}", {{"f", Number(2)}, {"old", Object({{"f", unknown}})}}, {f, "o:2"}},
           {"o:{context.f}", {{"f", Number(2)}, {"old", unknown}}, {f, "o:2"}},
           // What an old row lacks is unknown.
           {"o:{context.f}", {{"f", Number(2)}, {"old", Object({{"g", Number(1)}})}}, {f, "o:2"}},
           {"o:{context.f}", {{"f", Number(2)}, {"old", Object({})}}, {f, "o:2"}},
           {"o:{context.f}", {{"f", Number(2)}, {"old", open}}, {f, "o:2"}},
           // An old row that is no object is unknown.
           {"o:{context.f}", {{"f", Number(2)}, {"old", Text("x")}}, {f, "o:2"}},
           {"o:{context.f}", {{"f", Number(2)}, {"old", List({})}}, {f, "o:2"}},
           {"o:{context.f}", {{"f", Number(2)}, {"old", JsonValue(false)}}, {f, "o:2"}},
           // An open row, or old row, can have more members.
           {"o:{context.f}", {{"$unknown", JsonValue(true)}, {"x", Number(1)}}, {f}},
           {"o:{context.x}",
            {{"$unknown", JsonValue(true)}, {"x", Number(1)}},
            {"o ~ {context.x} is not known", "o:1"}},
           {"o:{context.x}",
            {{"$unknown", JsonValue(true)}, {"x", Number(1)}, {"old", Object({{"x", Number(2)}})}},
            {"o:1", "o:2"}},
           {"o:{context.f}", {{"$unknown", JsonValue(true)}}, {f}},
           // At any place of a path.
           {"o:{context.b.c}", {{"b", unknown}}, {"o ~ {context.b.c} is not known"}},
           {"o:{context.b.c}", {{"b", open}}, {"o ~ {context.b.c} is not known"}},
           {"o:{context.b.x}", {{"b", open}}, {"o:1"}},
           {"o:{context.b.c}", {{"b", Text("c")}}, {"o ~ {context.b.c} is not known"}},
           {"o:{context.b.c}", {{"b", JsonValue()}}, {"o ~ {context.b.c} is not known"}},
           {"o:{context.b.c}", {{"b", List({Number(1)})}}, {"o ~ {context.b.c} is not known"}},
           {"o:{context.b.c}", {{"b", JsonValue::Number("1")}}, {"o ~ {context.b.c} is not known"}},
           {"o:{context.b}", {{"b", open}}, {"o ~ {context.b} is an object"}},
           // In a list.
           {"o:{context.f}", {{"f", List({Text("x"), unknown})}}, {f, "o:x"}},
           {"o:{context.f|null=skip}",
            {{"f", List({JsonValue(), Text("x"), unknown})}},
            {"o ~ {context.f|null=skip} is not known", "o:x"}},
           // Beside another placeholder.
           {"o:{context.f}:{resource_id}", {{"f", unknown}}, {f}},
           {"o:{resource_id}:{context.f}", {{"f", unknown}}, {"o:42 ~ {context.f} is not known"}},
           {"o:{context.g}:{context.f}",
            {{"f", unknown}, {"g", Text("a:b")}},
            {"o:a%3Ab ~ {context.f} is not known", "o:a:b ~ {context.f} is not known"}},
           {"o:{context.g}{context.f}",
            {{"f", unknown}, {"g", Text("a:b")}},
            {f, "o:a ~ {context.f} is not known"}},
       }) {
    EXPECT_EQ(RenderWith(row.text, row.context), row.expected) << row.text;
  }
}

// fields_changed says that a row moved. If its old or its new value is missing, that can be any.
TEST(TagValues, WidensWhereARowMovedAndOnlyOneEndIsGiven) {
  const JsonValue named = List({Text("x"), Text("f")});
  const std::string f = "o ~ {context.f} changed, and only one of its values is given";
  struct Row {
    const char* text;
    const char* operation;
    JsonValue::Object context;
    Strings expected;
  };
  for (const Row& row : std::vector<Row>{
           {"o:{context.f}", "update", {{"f", Number(2)}, {"fields_changed", named}}, {f, "o:2"}},
           {"o:{context.f}", "", {{"f", Number(2)}, {"fields_changed", named}}, {f, "o:2"}},
           {"o:{context.f}", "move", {{"f", Number(2)}, {"fields_changed", named}}, {f, "o:2"}},
           {"o:{context.f}", "insert", {{"f", Number(2)}, {"fields_changed", named}}, {"o:2"}},
           {"o:{context.f}",
            "update",
            {{"f", Number(2)}, {"fields_changed", named}, {"old", JsonValue()}},
            {f, "o:2"}},
           {"o:{context.f}",
            "update",
            {{"f", Number(2)}, {"fields_changed", named}, {"old", Object({{"f", Number(1)}})}},
            {"o:1", "o:2"}},
           // An unchanged member has one value.
           {"o:{context.g}", "update", {{"g", Number(2)}, {"fields_changed", named}}, {"o:2"}},
           {"o:{context.f}", "update", {{"f", Number(2)}, {"fields_changed", List({})}}, {"o:2"}},
           // Without fields_changed the given values are complete.
           {"o:{context.f}", "update", {{"f", Number(2)}}, {"o:2"}},
           // Paths: the member that contains the value, or something in it, changed.
           {"o:{context.b.c}",
            "update",
            {{"b", Object({{"c", Number(2)}})}, {"fields_changed", List({Text("b")})}},
            {"o ~ {context.b.c} changed, and only one of its values is given", "o:2"}},
           {"o:{context.b.c}",
            "update",
            {{"b", Object({{"c", Number(2)}})}, {"fields_changed", List({Text("b.c")})}},
            {"o ~ {context.b.c} changed, and only one of its values is given", "o:2"}},
           {"o:{context.b.c}",
            "update",
            {{"b", Object({{"c", Number(2)}})}, {"fields_changed", List({Text("bc"), Text("c")})}},
            {"o:2"}},
           // The other end: the old value is given, and the new one is missing.
           {"o:{context.f}",
            "update",
            {{"old", Object({{"f", Number(1)}})}, {"fields_changed", named}},
            {f, "o:1"}},
           {"o:{context.f}",
            "delete",
            {{"old", Object({{"f", Number(1)}})}, {"fields_changed", named}},
            {"o:1"}},
           {"o:{context.f}", "update", {{"old", Object({{"f", Number(1)}})}}, {"o:1"}},
       }) {
    EXPECT_EQ(RenderWith(row.text, row.context, row.operation), row.expected)
        << row.text << " with " << row.operation;
  }
}

TEST(TagValues, TakesWhatIsNoListOfNamesForAllNames) {
  for (const JsonValue& changed :
       std::vector<JsonValue>{JsonValue(), Text("f"), Object({}), List({Text("f"), Number(1)}),
                              List({Text("f"), JsonValue::Unknown()}), JsonValue::Unknown()}) {
    EXPECT_EQ(RenderWith("o:{context.g}", {{"g", Number(2)}, {"fields_changed", changed}}),
              (Strings{"o ~ {context.g} changed, and only one of its values is given", "o:2"}));
    EXPECT_EQ(RenderWith("o:{context.g}",
                         {{"g", Number(2)}, {"fields_changed", changed}, {"old", Object({})}}),
              (Strings{"o ~ {context.g} is not known", "o:2"}));
  }
}

TEST(TagValues, TakesOldAndFieldsChangedForThemselves) {
  const JsonValue::Object context = {{"f", Number(2)},
                                     {"old", Object({{"f", Number(1)}})},
                                     {"fields_changed", List({Text("f"), Text("g")})}};
  EXPECT_EQ(RenderWith("o:{context.old.f}", context), Strings{"o:1"});
  EXPECT_EQ(RenderWith("o:{context.old.g}", context), Strings{"o ~ {context.old.g} is not known"});
  EXPECT_EQ(RenderWith("o:{context.old.f}", {{"f", Number(2)}}),
            Strings{"o ~ {context.old.f} is absent"});
  EXPECT_EQ(RenderWith("o:{context.old.f}", {{"f", Number(2)}, {"old", JsonValue()}}),
            Strings{"o ~ {context.old.f} is absent"});
  EXPECT_EQ(RenderWith("o:{context.old}", context), Strings{"o ~ {context.old} is an object"});
  EXPECT_EQ(RenderWith("o:{context.fields_changed}", context), (Strings{"o:f", "o:g"}));
  EXPECT_EQ(RenderWith("o:{context.fields_changed}", {{"old", Object({})}}),
            Strings{"o ~ {context.fields_changed} is absent"});
}

}  // namespace
}  // namespace cache_invalidation::engine
