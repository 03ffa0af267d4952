#include "common/condition/comparison.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace cache_invalidation::condition
