// SPDX-License-Identifier: Apache-2.0

#include "common/condition/comparison.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/condition/messages.h"
#include "common/condition/testing/evaluate.h"

namespace cache_invalidation::condition {
namespace {

void ExpectAll(std::initializer_list<const char*> expressions, const char* value,
               const JsonValue& x = {}) {
  for (const char* each : expressions) EXPECT_EQ(EvaluateText(each, x), value) << each;
}

TEST(Comparison, FindsEqualWhatHasOneValue) {
  ExpectAll({"1 == 1", "1 == 1u", "1 == 1.0", "1u == 1.0", "-0.0 == 0.0", "'a' == \"a\"",
             "b'a' == b'\\x61'", "null == null", "true == true", "int == type(1)",
             "timestamp(0) == timestamp('1970-01-01T00:00:00Z')",
             "duration('1m') == duration('60s')", "[1, 'a'] == [1.0, 'a']", "[] == []", "{} == {}",
             "{1: 'a', 'k': [null]} == {'k': [null], 1u: 'a'}"},
            "true");
}

TEST(Comparison, FindsUnequalWhatHasNothingInCommon) {
  ExpectAll({"1 == 2", "-1 == 18446744073709551615u", "1 == '1'", "1 == true", "'a' == b'a'",
             "null == false", "[] == {}", "[1] == [1, 2]", "[1] == [2]", "{'a': 1} == {'a': 2}",
             "{'a': 1} == {'b': 1}", "{'a': 1} == {'a': 1, 'b': 1}", "int == uint",
             "0.0 / 0.0 == 0.0 / 0.0", "[0.0 / 0.0] == [0.0 / 0.0]", "timestamp(0) == 0"},
            "false");
}

TEST(Comparison, TakesJsonForWhatItHolds) {
  const JsonValue x = JsonValue::Object{
      {"n", 3}, {"list", JsonValue::List{1, "a"}}, {"map", JsonValue::Object{{"b", 1}, {"a", {}}}}};
  ExpectAll({"x.n == 3", "x.n == 3u", "x.list == [1, 'a']", "x.map == {'b': 1, 'a': null}",
             "{'a': null, 'b': 1.0} == x.map", "x == x", "x.n in [1, 2, 3]", "'a' in x.list",
             "'b' in x.map", "!('c' in x.map)", "!(1 in x.map)"},
            "true", x);
}

TEST(Comparison, OrdersWithinAKindAndNumbersAcrossThem) {
  ExpectAll({"1 < 2", "-1 < 0u", "0u > -1", "1 < 1.5", "2u >= 1.5", "1.5 <= 2", "1 >= 1u",
             "9223372036854775808u > 9223372036854775807", "'a' < 'b'", "'a' < 'ab'", "'Z' < 'a'",
             "'f' < '\\u1EBF'", "b'a' < b'\\xff'", "false < true", "timestamp(0) < timestamp(1)",
             "duration('1s') < duration('1m')", "duration('-1s') < duration('1ns')"},
            "true");
  ExpectAll({"1 < 1", "0.0 / 0.0 < 1.0", "0.0 / 0.0 >= 1.0", "1 <= 0.0 / 0.0",
             // As doubles, both are 2^63.
             "9223372036854775807 < 9223372036854775808.0"},
            "false");
}

TEST(Comparison, HasNoOrderForOtherThings) {
  ExpectValues({
      {"1 < '1'", "error: no such overload: int < string"},
      {"[1] <= [2]", "error: no such overload: list <= list"},
      {"{} > {}", "error: no such overload: map > map"},
      {"null >= null", "error: no such overload: null_type >= null_type"},
      {"int < uint", "error: no such overload: type < type"},
  });
}

TEST(Comparison, SpendsForWhatItLooksAt) {
  const std::string text(1000, 'a');
  Budget budget;
  EXPECT_TRUE(Equals(Value::String(text), Value::String(text), budget).as_bool());
  EXPECT_EQ(budget.cost(), 100u);
  EXPECT_FALSE(Equals(Value::String(text), Value::String("b"), budget).as_bool());
  EXPECT_EQ(budget.cost(), 100u) << "their sizes tell";
}

TEST(Map, KeepsItsKeysInOrder) {
  std::vector<MapEntry> entries = {
      {Value::String("b"), Value::Int(1)}, {Value::Uint(UINT64_MAX), Value::Int(2)},
      {Value::Int(-1), Value::Int(3)},     {Value::Int(INT64_MIN), Value::Int(4)},
      {Value::Bool(true), Value::Int(5)},  {Value::String("B"), Value::Int(6)},
      {Value::Int(0), Value::Int(7)},      {Value::Bool(false), Value::Int(8)},
  };
  Budget budget;
  const Value map = MakeMap(absl::MakeSpan(entries), budget);
  EXPECT_EQ(ValueText(map, 1000),
            "{false: 8, true: 5, -9223372036854775808: 4, -1: 3, 0: 7, 18446744073709551615u: 2, "
            "\"B\": 6, \"b\": 1}");
  for (size_t i = 0; i < map.size(); ++i) {
    const auto [key, value] = map.EntryAt(i);
    const auto found = Find(map, key);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->as_int(), value.as_int());
  }
  EXPECT_FALSE(Find(map, "a").has_value());
  EXPECT_FALSE(Find(map, Value::Int(1)).has_value());
}

TEST(Map, FindsNumbersByTheirValue) {
  std::vector<MapEntry> entries = {{Value::Int(1), Value::Int(10)},
                                   {Value::Uint(uint64_t{1} << 63), Value::Int(20)}};
  Budget budget;
  const Value map = MakeMap(absl::MakeSpan(entries), budget);
  EXPECT_TRUE(Find(map, Value::Uint(1)).has_value());
  EXPECT_TRUE(Find(map, Value::Double(1)).has_value());
  EXPECT_TRUE(Find(map, Value::Double(0x1p63)).has_value());
  EXPECT_FALSE(Find(map, Value::Double(1.5)).has_value());
  EXPECT_FALSE(Find(map, Value::Double(0x1p64)).has_value());
  EXPECT_FALSE(Find(map, Value::Double(-0x1p63)).has_value());
  EXPECT_FALSE(Find(map, Value::Int(INT64_MIN)).has_value());
  EXPECT_FALSE(Find(map, Value::Bool(true)).has_value());
  EXPECT_FALSE(Find(map, Value()).has_value());
}

TEST(Map, LooksIntoJson) {
  const JsonValue object = JsonValue::Object{{"b", 1}, {"a", 2}};
  const Value map = Value::Json(object);
  EXPECT_EQ(Find(map, "a")->as_double(), 2);
  EXPECT_EQ(Find(map, Value::String("b"))->as_double(), 1);
  EXPECT_FALSE(Find(map, "c").has_value());
  EXPECT_FALSE(Find(map, Value::Int(0)).has_value());
  EXPECT_FALSE(Find(Value::Map({}), "a").has_value());
}

TEST(Map, LooksIntoObjectsOfAnySize) {
  JsonValue::Object members;
  for (int i = 0; i < 40; ++i) {
    const JsonValue object = members;
    for (int j = 0; j < 40; ++j) {
      const auto found = Find(Value::Json(object), std::to_string(j));
      ASSERT_EQ(found.has_value(), j < i);
      if (found) {
        EXPECT_EQ(found->as_double(), j);
      }
    }
    members.emplace_back(std::to_string(i), i);
  }
}

}  // namespace

}  // namespace cache_invalidation::condition
