#include "common/condition/text_functions.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <string>

#include "common/condition/evaluate_for_test.h"
#include "common/condition/regex.h"

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

TEST(TextFunctions, SearchWithinTheirCost) {
  const std::string text(64 << 10, 'a');
  const std::string part = text.substr(0, 32 << 10) + "b";
  Budget budget;
  EXPECT_TRUE(
      Search(Function::kContains, Value::String(text), Value::String(part), budget).is_error());
  EXPECT_TRUE(budget.exhausted());
}

// What matching costs. `literal`: the pattern was compiled beforehand.
uint64_t CostOfMatching(const std::string& text, const std::string& pattern, bool literal) {
  Budget budget(/*max_cost=*/1'000'000);
  const auto compiled = CompileRegex(pattern);
  EXPECT_TRUE(compiled.ok()) << compiled.status();
  const Value result = Matches(Value::String(text), Value::String(pattern),
                               literal ? compiled->get() : nullptr, budget);
  EXPECT_TRUE(result.is(Value::Kind::kBool));
  return budget.cost();
}

TEST(TextFunctions, MatchWithinTheirCost) {
  const std::string text(1000, 'a');
  const uint64_t simple = CostOfMatching(text, "b", true);
  EXPECT_LT(simple, 200u);
  EXPECT_GT(CostOfMatching(text, "([ab]*a[ab]{15}){5}c", true), 5 * simple)
      << "large patterns may cost their size for every byte";
  EXPECT_GT(CostOfMatching(text, "b", false), 10 * simple) << "it must be compiled";
  EXPECT_GT(CostOfMatching(text, "\\pL", false), CostOfMatching(text, "abc", false) + 1000)
      << "classes of characters are large";
}

TEST(TextFunctions, CompileNothingLargeOnTheWay) {
  Budget budget;
  const Value result =
      Matches(Value::String("a"), Value::String("(?i)[\\pL\\pN]{90}"), nullptr, budget);
  ASSERT_TRUE(result.is_error());
  EXPECT_STREQ(result.error_message(),
               "expected a pattern in RE2 syntax: pattern too large - compile failed");
}

}  // namespace
}  // namespace cache_invalidation::condition
