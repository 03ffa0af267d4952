// SPDX-License-Identifier: Apache-2.0

#include "client/json_text/json_text.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace cache_invalidation {
namespace {

JsonValue ValueOf(const std::string& json) {
  const absl::StatusOr<JsonText> text = ParseJson(json);
  EXPECT_TRUE(text.ok()) << json << ": " << text.status();
  return text.ok() ? ToJsonValue(*text) : JsonValue("failed");
}

TEST(JsonTextTest, ReadsEveryKindOfValue) {
  EXPECT_EQ(ValueOf("null"), JsonValue());
  EXPECT_EQ(ValueOf(" true "), JsonValue(true));
  EXPECT_EQ(ValueOf("false"), JsonValue(false));
  EXPECT_EQ(ValueOf("-12.5e1"), JsonValue(-125));
  EXPECT_EQ(ValueOf("\"a\""), JsonValue("a"));
  EXPECT_EQ(ValueOf("[]"), JsonValue(JsonValue::List{}));
  EXPECT_EQ(ValueOf("[1, [2], {}]"),
            JsonValue(JsonValue::List{1, JsonValue::List{2}, JsonValue::Object{}}));
  EXPECT_EQ(ValueOf(R"({"b": 1, "a": {"c": null}})"),
            JsonValue(JsonValue::Object{{"b", 1}, {"a", JsonValue::Object{{"c", JsonValue()}}}}));
}

TEST(JsonTextTest, ReadsEscapes) {
  EXPECT_EQ(ValueOf(R"("\"\\\/\b\f\n\r\t")"), JsonValue("\"\\/\b\f\n\r\t"));
  EXPECT_EQ(ValueOf(R"("\u0041\u00e4\u20ac\ud83d\ude00")"), JsonValue("Aä€😀"));
  EXPECT_EQ(ValueOf("\"ä€😀\""), JsonValue("ä€😀"));
}

TEST(JsonTextTest, ANumberThatADoubleSaysIsOne) {
  EXPECT_EQ(ValueOf("9007199254740991"), JsonValue(9007199254740991.0));
  EXPECT_EQ(ValueOf("-9007199254740991"), JsonValue(-9007199254740991.0));
  EXPECT_EQ(ValueOf("10.00"), JsonValue(10));
  EXPECT_EQ(ValueOf("-0"), JsonValue(0));
  EXPECT_EQ(ValueOf("0.000000000000001"), JsonValue(1e-15));
  EXPECT_EQ(ValueOf("12345678901.2345"), JsonValue(12345678901.2345));
  EXPECT_EQ(ValueOf("1e22"), JsonValue(1e22));
  EXPECT_EQ(ValueOf("0e-999"), JsonValue(0));
}

// Two numbers whose doubles are one must not become one: 2^53 is the nearest double of 2^53 + 1.
TEST(JsonTextTest, ANumberThatADoubleDoesNotSayKeepsItsText) {
  for (const char* text :
       {"9007199254740992", "9007199254740993", "-9007199254740993", "9007199254740993.0",
        "10000000000000000000", "99999999999999999.98", "100000000000000.001", "0.1000000000000000",
        "1e400", "1e-400", "4.9e-324"}) {
    EXPECT_EQ(ValueOf(text), JsonValue::Number(text)) << text;
  }
}

// The marks of json_value.h can be written by hand.
TEST(JsonTextTest, MarksAreLeftAlone) {
  EXPECT_EQ(ValueOf(R"({"$unknown": true})"), JsonValue::Unknown());
  EXPECT_EQ(ValueOf(R"({"$number": "10.00"})"), JsonValue::Number("10.00"));
}

TEST(JsonTextTest, KeepsNumbersAsTheyWereWritten) {
  EXPECT_EQ(ParseJson("1.50")->text, "1.50");
  EXPECT_EQ(ParseJson("123456789012345678901234567890")->text, "123456789012345678901234567890");
  // The longest that PostgreSQL's numeric has.
  const std::string longest = std::string(131'072, '9') + "." + std::string(16'383, '9');
  EXPECT_EQ(ParseJson(longest)->text, longest);
}

TEST(JsonTextTest, OfEqualNamesTheLastOneCounts) {
  const absl::StatusOr<JsonText> object = ParseJson(R"({"a": 1, "a": 2})");
  ASSERT_TRUE(object.ok());
  EXPECT_EQ(object->Find("a")->text, "2");
  EXPECT_EQ(object->Find("b"), nullptr);
}

TEST(JsonTextTest, SaysWhereItIsWrong) {
  struct Case {
    std::string json, message;
  };
  for (const Case& c : std::vector<Case>{
           {"", "column 1: expected a JSON value"},
           {"nul", "column 1: expected a JSON value"},
           {"+1", "column 1: expected a JSON value"},
           {"01", "column 2: expected nothing more"},
           {"1.", "column 3: expected a digit"},
           {"1e", "column 3: expected a digit"},
           {"[1,]", "column 4: expected a JSON value"},
           {"[1 2]", "column 4: expected \",\" or \"]\""},
           {"{\"a\" 1}", "column 6: expected \":\""},
           {"{a: 1}", "column 2: expected a name in quotes"},
           {"{\"a\": 1,}", "column 9: expected a name in quotes"},
           {"\"a", "column 3: expected a closing quote"},
           {"\"a\nb\"", "column 3: expected a closing quote"},
           {R"("\x")", "column 3: expected an escape"},
           {R"("\u12")", "column 4: expected 4 digits"},
           {R"("\ud800")", "column 8: expected a second surrogate"},
           {R"("\udc00")", "column 8: expected a first surrogate"},
           {"\"\xff\"", "column 2: expected UTF-8"},
           {std::string(101, '['), "column 101: expected at most 100 levels"},
           {std::string("\"\0\"", 3), "column 2: expected a closing quote"},
           {std::string("1\0", 2), "column 2: expected nothing more"},
       }) {
    EXPECT_EQ(ParseJson(c.json).status(), absl::InvalidArgumentError(c.message)) << c.json;
  }
}

TEST(JsonTextTest, TakesAnyBytesOnRequest) {
  EXPECT_FALSE(ParseJson("\"\xe4\"").ok());
  const absl::StatusOr<JsonText> json = ParseJson("{\"\xff\": \"\xe4!\"}", StringBytes::kAny);
  ASSERT_TRUE(json.ok()) << json.status();
  ASSERT_NE(json->Find("\xff"), nullptr);
  EXPECT_EQ(json->Find("\xff")->text, "\xe4!");
}

TEST(JsonTextTest, ReadsTheBeginOfATornObject) {
  for (const char* json : {R"({"a":1,"b":"x","c)", R"({"a":1,"b":"x","c":)",
                           R"({"a":1,"b":"x","c":tr)", R"({"a":1,"b":"x","c":[{"d":)",
                           R"({"a":1,"b":"x","c":"y".z})", R"({"a":1,"b":"x","c":true})"}) {
    const JsonText begin = ParseBeginOfObject(json, StringBytes::kAny);
    ASSERT_EQ(begin.members.size(), 2u) << json;
    EXPECT_EQ(begin.Find("b")->text, "x");
  }
  for (const char* json : {"", "x", "[1", "{", R"({"a)", R"({"a":"b)", R"({"a":"b")"}) {
    EXPECT_TRUE(ParseBeginOfObject(json, StringBytes::kAny).members.empty()) << json;
  }
}

TEST(JsonTextTest, QuotesWhatMustBe) {
  const std::string text = "a\"b\\c\n\x01ä";
  EXPECT_EQ(QuoteJson(text), "\"a\\\"b\\\\c\\n\\u0001ä\"");
  EXPECT_EQ(ParseJson(QuoteJson(text))->text, text);
  // What is not UTF-8, of a file or a peer, makes no line that nobody can read.
  EXPECT_EQ(QuoteJson("a\xff\xe4\xb8z"), "\"a\uFFFD\uFFFD\uFFFDz\"");
}

TEST(JsonTextTest, LaysOutOverLines) {
  EXPECT_EQ(IndentJson(R"({"a":[1,{"b":"x,{\"}"}],"c":[],"d":{}})"),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"x,{\\\"}\"\n    }\n  ],\n"
            "  \"c\": [],\n  \"d\": {}\n}");
}

}  // namespace
}  // namespace cache_invalidation
