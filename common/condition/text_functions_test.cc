#include "common/condition/text_functions.h"

#include <gtest/gtest.h>

#include <string>

#include "common/condition/evaluate_for_test.h"

namespace cache_invalidation::condition {
namespace {

TEST(TextFunctions, MeasureInWhatAValueIsMadeOf) {
  ExpectValues(
      {
          {"size('')", "0"},
          {"size('a\\u00ff\\U0001F431')", "3"},
          {"'abc'.size()", "3"},
          {"size(b'\\xc3\\xbf')", "2"},
          {"[1, 2].size()", "2"},
          {"size({1: 2})", "1"},
          {"size(x)", "1"},
          {"size(x.list)", "2"},
          {"size(1)", "error: no such overload: size(int)"},
      },
      JsonValue::Object{{"list", JsonValue::List{1, 2}}});
}

TEST(TextFunctions, Search) {
  ExpectValues({
      {"'hello'.contains('ell')", "true"},
      {"'hello'.contains('')", "true"},
      {"'hello'.contains('ol')", "false"},
      {"''.contains('a')", "false"},
      {"'hello'.startsWith('he')", "true"},
      {"'hello'.startsWith('lo')", "false"},
      {"'he'.startsWith('hello')", "false"},
      {"'hello'.endsWith('lo')", "true"},
      {"'hello'.endsWith('he')", "false"},
      {"'a'.contains(1)", "error: no such overload: contains(string, int)"},
      {"b'a'.startsWith(b'a')", "error: no such overload: startsWith(bytes, bytes)"},
  });
}

TEST(TextFunctions, MatchAnywhere) {
  ExpectValues({
      {"'hubba'.matches('ubb')", "true"},
      {"matches('hubba', '^ubb')", "false"},
      {"'cows'.matches('')", "true"},
      {"'banana'.matches('^ba(na)*$')", "true"},
      {"'banana'.matches('ba' + '(na)*')", "true"},
      {"'a'.matches('(' + '')", "error: expected a pattern in RE2 syntax: missing ): ("},
      {"'a'.matches('(')", "error: expected a pattern in RE2 syntax: missing ): ("},
      {"'a'.matches(1)", "error: no such overload: matches(string, int)"},
      {"1.matches('a')", "error: no such overload: matches(int, string)"},
  });
}

TEST(TextFunctions, AreBoundedByTheirCost) {
  const std::string text(64 << 10, 'a');
  const std::string part = text.substr(0, 32 << 10) + "b";
  Budget searching;
  EXPECT_TRUE(
      Search(Function::kContains, Value::String(text), Value::String(part), searching).is_error());
  EXPECT_TRUE(searching.exhausted());

  Budget matching;
  EXPECT_TRUE(
      Matches(Value::String(text), Value::String("(a?){200}b"), nullptr, matching).is_error());
  EXPECT_TRUE(matching.exhausted());

  Budget plenty(1'000'000);
  const Value matches = Matches(Value::String(text), Value::String("b"), nullptr, plenty);
  ASSERT_TRUE(matches.is(Value::Kind::kBool));
  EXPECT_FALSE(matches.as_bool());
}

}  // namespace
}  // namespace cache_invalidation::condition
