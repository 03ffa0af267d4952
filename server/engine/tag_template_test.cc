#include "server/engine/tag_template.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "tests/fakes/fixed_json.h"

namespace cache_invalidation::engine {
namespace {

using Lines = std::vector<std::string>;

JsonValue Text(const char* text) { return JsonValue(std::string(text)); }
JsonValue Number(double number) { return JsonValue(number); }
JsonValue List(JsonValue::List list) { return JsonValue(std::move(list)); }
JsonValue Object(JsonValue::Object object) { return JsonValue(std::move(object)); }

// The tags, sorted; a widened one ends with "~" and why.
Lines Render(absl::string_view text, absl::string_view id, const JsonSource* context) {
  absl::StatusOr<TagTemplate> parsed = TagTemplate::Parse(text);
  if (!parsed.ok()) return {std::string(parsed.status().message())};
  std::vector<RenderedTag> tags;
  parsed->Render(id, context, tags);
  Lines lines;
  for (const RenderedTag& tag : tags) {
    lines.push_back(tag.name);
    if (tag.widened()) absl::StrAppend(&lines.back(), " ~ ", DescribeWidening(*parsed, tag));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

Lines RenderWith(absl::string_view text, JsonValue::Object context) {
  const FixedJson source{JsonValue(std::move(context))};
  return Render(text, "42", &source);
}

TEST(TagTemplate, RefusesWhatItCannotPromise) {
  struct Row {
    std::string text;
    const char* message;
  };
  for (const Row& row : std::vector<Row>{
           {"", "got nothing"},
           {std::string(kMaxTemplateBytes + 1, 'a'), "got 513 bytes"},
           {"a\nb", "control character"},
           {"a:{resource_id", "every {"},
           {"a:resource_id}", "every {"},
           {"a:{{resource_id}}", "every {"},
           {"a:{resource_id}}", "every {"},
           {"}", "every {"},
           {"a:{}", "got {}"},
           {"a:{resource_type}", "got {resource_type}"},
           {"a:{context}", "got {context}"},
           {"a:{context.}", "got {context.}"},
           {"a:{context.a..b}", "got {context.a..b}"},
           {"a:{Context.a}", "got {Context.a}"},
           {absl::StrCat("a:{context.a", std::string(2 * kMaxTemplatePathNames, '.'), "}"), "got"},
           {"{resource_id}", "literal tag"},
           {"a{resource_id}", "literal tag"},
           {":{resource_id}", "literal tag"},
           {"a{resource_id}:b", "literal tag"},
       }) {
    const absl::Status status = TagTemplate::Parse(row.text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << row.text;
    EXPECT_TRUE(absl::StrContains(status.message(), row.message)) << row.text << ": " << status;
  }
}

TEST(TagTemplate, KnowsTheTagInFrontOfItsPlaceholders) {
  struct Row {
    const char* text;
    const char* literal_tag;
    bool is_literal;
  };
  for (const Row& row : std::vector<Row>{
           {"user_session", "user_session", true},
           {"a:b", "a:b", true},
           {"a:{resource_id}", "a", false},
           {"a:b:pre_{resource_id}:{context.x}", "a:b", false},
       }) {
    absl::StatusOr<TagTemplate> parsed = TagTemplate::Parse(row.text);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->literal_tag(), row.literal_tag);
    EXPECT_EQ(parsed->is_literal(), row.is_literal);
    EXPECT_EQ(parsed->text(), row.text);
  }
}

TEST(TagTemplate, OfARelationshipStandsBelowItsTarget) {
  for (const char* good : {"a", "a:b", "a:{resource_id}", "a:b_{context.x}"}) {
    EXPECT_TRUE(TagTemplate::ParseForTarget(good, "a").ok()) << good;
  }
  for (const char* bad : {"b", "ab:{resource_id}", "b:{resource_id}", "", "a{resource_id}"}) {
    EXPECT_FALSE(TagTemplate::ParseForTarget(bad, "a").ok()) << bad;
  }
}

TEST(TagTemplate, FillsInTheId) {
  struct Row {
    const char* text;
    const char* id;
    Lines expected;
  };
  for (const Row& row : std::vector<Row>{
           {"computed", "42", {"computed"}},
           {"computed", "", {"computed"}},
           {"s:{resource_id}", "42", {"s:42"}},
           {"s:{resource_id}", "eu:50%", {"s:eu%3A50%25"}},
           {"s:pre_{resource_id}:x", "42", {"s:pre_42:x"}},
           {"s:{resource_id}:{resource_id}", "1", {"s:1:1"}},
           {"s:{resource_id}", "", {"s ~ {resource_id} is empty"}},
           {"s:t:pre_{resource_id}", "", {"s:t ~ {resource_id} is empty"}},
           {"s:{context.f}", "42", {"s ~ {context.f} is absent"}},
       }) {
    EXPECT_EQ(Render(row.text, row.id, nullptr), row.expected) << row.text << " with " << row.id;
  }
}

TEST(TagTemplate, FillsInValuesOfTheContext) {
  struct Row {
    const char* text;
    JsonValue::Object context;
    Lines expected;
  };
  for (const Row& row : std::vector<Row>{
           {"o:{context.f}", {{"f", Text("x")}}, {"o:x"}},
           {"o:{context.f}", {{"f", Text("a:b")}}, {"o:a%3Ab"}},
           {"o:{context.f}",
            {{"f", Number(2)}, {"old", Object({{"f", Number(1)}})}},
            {"o:1", "o:2"}},
           {"o:{context.f}", {{"f", Number(2)}, {"old", Object({{"f", Number(2)}})}}, {"o:2"}},
           {"o:{context.f}", {{"f", Number(2)}, {"old", Object({{"g", Number(1)}})}}, {"o:2"}},
           {"o:{context.f}", {{"f", Number(2)}, {"old", Text("x")}}, {"o:2"}},
           {"o:{context.f}", {{"old", Object({{"f", Number(1)}})}}, {"o:1"}},
           {"o:{context.old.f}", {{"old", Object({{"f", Number(1)}})}}, {"o:1"}},
           {"o:{context.f}",
            {{"f", JsonValue()}, {"old", Object({{"f", Number(1)}})}},
            {"o ~ {context.f} is null", "o:1"}},
           {"o:{context.b.c}",
            {{"b", Object({{"c", Number(1)}})},
             {"old", Object({{"b", Object({{"c", Number(2)}})}})}},
            {"o:1", "o:2"}},
           {"o:{context.b.c}", {{"b", Text("c")}}, {"o ~ {context.b.c} is absent"}},
           {"o:{context.f}", {{"f", List({Text("y"), Text("x"), Text("y")})}}, {"o:x", "o:y"}},
           {"o:{context.f}",
            {{"f", List({Text("x"), JsonValue(), Text("")})}},
            {"o ~ {context.f} is null", "o:x"}},
       }) {
    EXPECT_EQ(RenderWith(row.text, row.context), row.expected) << row.text;
  }
}

TEST(TagTemplate, KnowsWhichValuesHaveAText) {
  struct Row {
    JsonValue value;
    Lines expected;
  };
  for (const Row& row : std::vector<Row>{
           {JsonValue(true), {"a:b:true"}},
           {JsonValue(false), {"a:b:false"}},
           {Number(0), {"a:b:0"}},
           {Number(-0.0), {"a:b:0"}},
           {Number(-7), {"a:b:-7"}},
           {Number(9007199254740991), {"a:b:9007199254740991"}},
           {Number(-9007199254740991), {"a:b:-9007199254740991"}},
           {Number(9007199254740992), {"a:b ~ {context.f} is a number beyond 2^53"}},
           {Number(1e300), {"a:b ~ {context.f} is a number beyond 2^53"}},
           {Number(HUGE_VAL), {"a:b ~ {context.f} is a number beyond 2^53"}},
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
       }) {
    EXPECT_EQ(RenderWith("a:b:{context.f}", {{"f", row.value}}), row.expected);
  }
}

TEST(TagTemplate, CombinesSeveralPlaceholders) {
  const JsonValue two = List({Number(2), Number(3)});
  struct Row {
    const char* text;
    JsonValue::Object context;
    Lines expected;
  };
  for (const Row& row : std::vector<Row>{
           {"a:{context.f}:{context.g}", {{"f", Number(1)}, {"g", two}}, {"a:1:2", "a:1:3"}},
           {"a:{context.g}{context.g}", {{"g", two}}, {"a:22", "a:23", "a:32", "a:33"}},
           {"a:{resource_id}:{context.f}", {}, {"a:42 ~ {context.f} is absent"}},
           {"a:{context.f}:{resource_id}", {}, {"a ~ {context.f} is absent"}},
           {"a:{resource_id}{context.f}", {}, {"a ~ {context.f} is absent"}},
           {"a:{context.g}:{context.f}",
            {{"g", two}},
            {"a:2 ~ {context.f} is absent", "a:3 ~ {context.f} is absent"}},
           {"a:{context.f}:{context.g}",
            {{"f", List({Number(1), JsonValue()})}, {"g", List({Number(2), Text("")})}},
            {"a ~ {context.f} is null", "a:1 ~ {context.g} is empty", "a:1:2"}},
       }) {
    EXPECT_EQ(RenderWith(row.text, row.context), row.expected) << row.text;
  }
}

TEST(TagTemplate, WidensInsteadOfNamingTooManyTags) {
  JsonValue::List many;
  for (int i = 0; i < 32; ++i) many.push_back(Number(i));
  const JsonValue::Object context = {{"f", JsonValue(many)}, {"g", JsonValue(many)}};
  EXPECT_EQ(RenderWith("a:{resource_id}:{context.f}:{context.g}", context),
            Lines{"a:42 ~ {context.f} makes more than 1000 tags"});
  EXPECT_EQ(
      RenderWith("a:{context.f}:{context.f}{context.f}{context.f}{context.f}{context.f}", context),
      Lines{"a ~ {context.f} makes more than 1000 tags"});
  many.resize(31);
  EXPECT_EQ(
      RenderWith("a:{context.f}:{context.g}", {{"f", JsonValue(many)}, {"g", JsonValue(many)}})
          .size(),
      961u);
}

TEST(TagTemplate, LooksAtTheContextOnlyIfAPlaceholderNamesIt) {
  const FixedJson context{JsonValue()};
  Render("a:{resource_id}", "42", &context);
  EXPECT_EQ(context.looks(), 0);
  Render("a:{context.f}", "42", &context);
  EXPECT_EQ(context.looks(), 1);
}

}  // namespace
}  // namespace cache_invalidation::engine
