// SPDX-License-Identifier: Apache-2.0

#include "server/engine/tag_template.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "server/engine/testing/rendered_lines.h"
#include "tests/fakes/fixed_json.h"

namespace cache_invalidation::engine {
namespace {

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
           {"a:{context.a|}", "expected null=skip or null=tag after \"|\", got {context.a|}"},
           {"a:{context.a|null}", "got {context.a|null}"},
           {"a:{context.a|null=drop}", "got {context.a|null=drop}"},
           {"a:{context.a|NULL=skip}", "got {context.a|NULL=skip}"},
           {"a:{context.a| null=skip}", "got {context.a| null=skip}"},
           {"a:{context.a|null=skip|null=tag}", "got {context.a|null=skip|null=tag}"},
           {"a:{context.|null=skip}", "got {context.|null=skip}"},
           {"a:{|null=skip}", "got {|null=skip}"},
           {"a:{resource_id|null=skip}", "{resource_id} is never null"},
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

TEST(TagTemplate, FillsInTheIdInBothForms) {
  struct Row {
    const char* text;
    const char* id;
    Strings expected;
  };
  for (const Row& row : std::vector<Row>{
           {"computed", "42", {"computed"}},
           {"computed", "", {"computed"}},
           {"s:{resource_id}", "42", {"s:42"}},
           // Both forms if they differ: entries can carry either.
           {"s:{resource_id}", "eu:50%", {"s:eu%3A50%25", "s:eu:50%"}},
           {"s:{resource_id}", "urn:isbn:1", {"s:urn%3Aisbn%3A1", "s:urn:isbn:1"}},
           {"s:{resource_id}", "a%3Ab", {"s:a%253Ab", "s:a%3Ab"}},
           {"s:{resource_id}", "a:", {"s:a%3A", "s:a:"}},
           {"s:{resource_id}", ":", {"s:%3A", "s::"}},
           {"s:{resource_id}:x", "a:b", {"s:a%3Ab:x", "s:a:b:x"}},
           {"s:{resource_id}:{resource_id}", ":", {"s:%3A:%3A", "s:%3A::", "s:::%3A", "s::::"}},
           {"s:pre_{resource_id}:x", "42", {"s:pre_42:x"}},
           {"s:{resource_id}:{resource_id}", "1", {"s:1:1"}},
           {"s:{resource_id}", "", {"s ~ {resource_id} is empty"}},
           {"s:t:pre_{resource_id}", "", {"s:t ~ {resource_id} is empty"}},
           {"s:{context.f}", "42", {"s ~ {context.f} is absent"}},
       }) {
    EXPECT_EQ(Render(row.text, row.id, nullptr), row.expected) << row.text << " with " << row.id;
  }
}

TEST(TagTemplate, KnowsWhetherItNamesTheId) {
  for (const char* text : {"a:{resource_id}", "a:{context.f}:x_{resource_id}"}) {
    EXPECT_TRUE(TagTemplate::Parse(text)->names_resource_id()) << text;
  }
  for (const char* text : {"a", "a:{context.f}", "a:{context.resource_id}"}) {
    EXPECT_FALSE(TagTemplate::Parse(text)->names_resource_id()) << text;
  }
}

TEST(TagTemplate, CombinesSeveralPlaceholders) {
  const JsonValue two = List({Number(2), Number(3)});
  struct Row {
    const char* text;
    JsonValue::Object context;
    Strings expected;
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
            Strings{"a:42 ~ {context.f} makes more than 1000 tags"});
  EXPECT_EQ(
      RenderWith("a:{context.f}:{context.f}{context.f}{context.f}{context.f}{context.f}", context),
      Strings{"a ~ {context.f} makes more than 1000 tags"});
  // Both forms of a value count.
  JsonValue::List both;
  for (int i = 0; i < 600; ++i) both.push_back(JsonValue(absl::StrCat("urn:", i)));
  EXPECT_EQ(RenderWith("a:{context.f}", {{"f", JsonValue(both)}}),
            Strings{"a ~ {context.f} makes more than 1000 tags"});
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
