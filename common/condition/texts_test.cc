// SPDX-License-Identifier: Apache-2.0

#include "common/condition/texts.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/condition/testing/evaluate.h"

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
  const auto compiled = Regex::Compile(pattern);
  EXPECT_TRUE(compiled.ok()) << compiled.status();
  const Value result = Matches(Value::String(text), Value::String(pattern),
                               literal ? compiled->get() : nullptr, budget);
  EXPECT_TRUE(result.is(Value::Kind::kBool));
  return budget.cost();
}

TEST(TextFunctions, MatchWithinTheirCost) {
  const std::string text(1000, 'a');
  const uint64_t simple = CostOfMatching(text, "b", true);
  EXPECT_LT(simple, 300u);
  EXPECT_GT(CostOfMatching(text, "([ab]*a[ab]{15}){5}c", true), 5 * simple)
      << "large patterns may cost their size for every byte";
  EXPECT_GT(CostOfMatching(text, "b", false), 10 * simple) << "it must be compiled";
  EXPECT_GT(CostOfMatching(text, "\\pL", false), CostOfMatching(text, "abc", false) + 1000)
      << "classes of characters are large";
}

TEST(TextFunctions, MatchEverydayPatternsCheaply) {
  const std::string address = "somebody.with.a.rather.long.name.indeed@example.com";
  for (const char* pattern : {"^[a-z.]+@example[.]com$", "@example[.](com|org)$", "^(eu|us)-[0-9]+",
                              "^[0-9]{4}-[0-9]{2}-[0-9]{2}T"}) {
    EXPECT_LT(CostOfMatching(address, pattern, true), 50u) << pattern;
  }
  EXPECT_LT(CostOfMatching(address, "(?i)^[a-z.]+@(.+[.])?example[.](com|org)$", true), 1500u);
  EXPECT_LT(CostOfMatching(address, "^[a-z.]+@example[.]com$", false), 3500u);
  EXPECT_LT(CostOfMatching(address, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", false), 4000u);
}

// A unit is twelve nanoseconds; RE2 takes up to eleven for an instruction and a byte.
TEST(TextFunctions, MatchForWhatTheyTakeAtWorst) {
  const std::string text(1000, 'a');
  EXPECT_GT(CostOfMatching(text, "[ab]*a[ab]{15}c", true), 1000u * 20 / 5);
  EXPECT_GT(CostOfMatching(text, "(?:[ab]?){100}x", true), 1000u * 200 / 5);
  EXPECT_GT(CostOfMatching(text, "c[ab]{100}$", true), 1000u * 100 / 5);
}

TEST(TextFunctions, CompileForWhatItTakes) {
  // Before the pattern is compiled.
  EXPECT_GT(CostOfMatching("", "a{1000}", false), 20'000u);
  EXPECT_GT(CostOfMatching("", "((a{10}){10}){10}", false), 20'000u);
  EXPECT_GT(CostOfMatching("", "a{0,500}", false), 10'000u);
  // Behind that.
  EXPECT_GT(CostOfMatching("", "\\pL", false), 10'000u);
  EXPECT_LT(CostOfMatching("", "\\p{Greek}", false), 10'000u);
  Budget budget(9'000);
  EXPECT_TRUE(Matches(Value::String("a"), Value::String("\\pL"), nullptr, budget).is_error());
  EXPECT_TRUE(budget.exhausted());
}

TEST(TextFunctions, CompileNothingLargeOnTheWay) {
  Budget budget(/*max_cost=*/1'000'000);
  const Value result =
      Matches(Value::String("a"), Value::String("(?i)[\\pL\\pN]{90}"), nullptr, budget);
  ASSERT_TRUE(result.is_error());
  EXPECT_STREQ(result.error_message(),
               "expected a pattern in RE2 syntax: pattern too large - compile failed");
}

TEST(Regex, KnowsHowLongAPatternIsWithItsRepetitions) {
  struct Row {
    std::string pattern;
    uint64_t bytes;
  };
  for (const Row& row : std::vector<Row>{
           {"", 0},
           {"abc", 3},
           {"a{10}", 10},
           {"ba{10}c", 12},
           {"[a-z]{4}", 20},
           {"[]a}{2}]{3}", 24},
           {"[[:alpha:]]{2}", 22},
           {R"([\]]{2})", 8},
           {R"(\d{3})", 6},
           {R"(\p{Greek}{2})", 18},
           {R"(\x{10FFFF}{2})", 20},
           {R"(\Qa{100}\E)", 10},
           {"a{2,}", 2},
           {"a{2,5}", 5},
           {"a{,5}", 5},
           {"a{0}", 1},
           {"a{x}", 4},
           {"a{5", 3},
           {"a{1000}", 1000},
           {"a{100000}", 1},  // which RE2 refuses at once
           {"(ab){3}", 12},
           {"((a{10}){10}){10}", 1220},
           {"(a|b{3})*", 8},
           {"a)b{2}", 4},
           {"((a{3}", 5},
           {"\\", 1},
           {"[", 1},
           {"[[:", 3},
       }) {
    EXPECT_EQ(SpelledOutBytes(row.pattern), row.bytes) << row.pattern;
  }
  std::string nested = "a";
  for (int i = 0; i < 100; ++i) nested = absl::StrCat("(", nested, "){1000}");
  EXPECT_GE(SpelledOutBytes(nested), 1'000'000'000u) << "and not less, by overflow";
}

TEST(Regex, TakesWhatItsInstructionsTakeWhereTheCacheMayNotHelp) {
  const auto units = [](absl::string_view pattern, Regex::Origin origin) {
    return (*Regex::Compile(pattern, origin))->UnitsForTenBytes();
  };
  EXPECT_LE(units("abc", Regex::Origin::kCondition), 3u);
  EXPECT_LE(units("^[a-z.]+@example[.]com$", Regex::Origin::kCondition), 5u);
  EXPECT_GE(units("a[ab]{20}c", Regex::Origin::kCondition), 40u);
  EXPECT_GE(units("abcdefghij", Regex::Origin::kWrite), 20u) << "it has no time to build its cache";
}

TEST(Regex, CountsWhatItIsBackwardsWhereItMatchesAtTheEnd) {
  const std::string class_of_many = "[\\pL\\pN]";
  const auto regex = Regex::Compile(absl::StrCat(class_of_many, "$"));
  ASSERT_TRUE(regex.ok());
  EXPECT_GE((*regex)->instructions(), (*Regex::Compile(class_of_many))->instructions());
}

}  // namespace

}  // namespace cache_invalidation::condition
