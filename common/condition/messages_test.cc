// SPDX-License-Identifier: Apache-2.0

#include "common/condition/messages.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/condition/testing/evaluate.h"

namespace cache_invalidation::condition {
namespace {

TEST(ClosestName, FindsTheClosest) {
  const std::vector<absl::string_view> names = {"operation", "context", "tags", "resource_type",
                                                "resource_id"};
  EXPECT_EQ(ClosestName("contxt", names), "context");
  EXPECT_EQ(ClosestName("contextt", names), "context");
  EXPECT_EQ(ClosestName("cotnext", names), "context");
  EXPECT_EQ(ClosestName("Context", names), "context");
  EXPECT_EQ(ClosestName("tag", names), "tags");
  EXPECT_EQ(ClosestName("resource_ids", names), "resource_id");
  EXPECT_EQ(ClosestName("resourceType", names), "resource_type");
}

TEST(ClosestName, IsEmptyIfNothingIsClose) {
  const std::vector<absl::string_view> names = {"operation", "context", "a"};
  EXPECT_EQ(ClosestName("fields_changed", names), "");
  EXPECT_EQ(ClosestName("user", names), "");
  EXPECT_EQ(ClosestName("user", {}), "");
  EXPECT_EQ(ClosestName(std::string(1000, 'a'), names), "");
}

TEST(ClosestName, TakesTheFirstOfSeveral) {
  const std::vector<absl::string_view> names = {"abd", "abe"};
  EXPECT_EQ(ClosestName("abc", names), "abd");
}

TEST(ValueText, IsWhatAConditionWouldSpell) {
  for (const char* text : {"null",
                           "true",
                           "false",
                           "1",
                           "-1",
                           "1u",
                           "1.0",
                           "0.1",
                           "1e+21",
                           "\"a\"",
                           "b\"a\\xff\"",
                           "[]",
                           "[1, \"a\", [2u]]",
                           "{}",
                           "{true: 1, 2: null, \"a\": {}}",
                           "int",
                           "null_type",
                           "google.protobuf.Timestamp",
                           "timestamp(\"2009-02-13T23:31:30.5Z\")",
                           "duration(\"-1.5s\")",
                           "\"\\\"\\\\\\n\\r\\t\\x00\\x7f\u00ff\u00e9\U0001F431\"",
                           "b\"\\xc3\\xbf\\\"\""}) {
    EXPECT_EQ(EvaluateText(text), text);
  }
}

TEST(ValueText, ShowsWhatIsNotKnownAndHowNumbersWereWritten) {
  using Object = JsonValue::Object;
  const JsonValue unknown = JsonValue::Unknown();
  const JsonValue price = JsonValue::Number("10.00");
  EXPECT_EQ(EvaluateText("x", Object{{"a", unknown}, {"b", price}, {"$unknown", true}}),
            "{\"a\": unknown, \"b\": 10.00, *: unknown}");
  EXPECT_EQ(EvaluateText("x", Object{{"old", Object{{"$unknown", true}, {"#", 1}}}}),
            "{\"old\": {\"#\": 1.0, *: unknown}}");
  EXPECT_EQ(EvaluateText("x", JsonValue::List{1, unknown, JsonValue::Number("1e400")}),
            "[1.0, unknown, 1e400]");
  EXPECT_EQ(EvaluateText("x.b", Object{{"b", price}}), "10.0");
  EXPECT_EQ(EvaluateText("x.b", Object{{"b", unknown}}), "error: not known: b");
  const JsonValue longest = JsonValue::List{JsonValue::Number(std::string(1000, '1'))};
  EXPECT_EQ(ValueText(Value::Json(longest), 4), "[1111...]");
}

TEST(ValueText, ShowsWhatIsNoText) {
  EXPECT_EQ(ValueText(Value::String("a\xff\xc3"), 100), "\"a\\xff\\xc3\"");
  EXPECT_EQ(ValueText(Value::String("\u0085"), 100), "\"\\xc2\\x85\"");
}

TEST(ValueText, EndsInTime) {
  EXPECT_EQ(ValueText(Value::String("abcdef"), 4), "\"abc...\"");
  EXPECT_EQ(ValueText(Value::String("abc"), 4), "\"abc\"");
  const JsonValue list = JsonValue::List(1'000'000, JsonValue("abc"));
  EXPECT_EQ(ValueText(Value::Json(list), 10), "[\"abc\", \"a...\"]");
  JsonValue nested = JsonValue::List{1, 2};
  for (int i = 0; i < 5; ++i) nested = JsonValue::List{nested, nested};
  EXPECT_LT(ValueText(Value::Json(nested), 50).size(), 100u);
}

}  // namespace

}  // namespace cache_invalidation::condition
