// SPDX-License-Identifier: Apache-2.0

#include "common/pattern.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation {
namespace {

bool IsSmallAtTheStart(const std::string& expression) {
  return HasSmallAutomaton(expression, MatchBegin::kAtTheStart);
}

TEST(PatternShape, IsSmallWhereOnlyOnePlaceIsPossible) {
  for (const char* expression : {
           "user",
           "^user$",
           "user:.*",
           R"(user:\d+:session:.*)",
           "user:[^:]*:session:[^:]*",
           "page:[a-z]{2}-[A-Z]{2}:\\d+",
           "[ab][ab][ab][ab]",
           "ab*",
           "a+b+c*",
           R"(a\.b\-c\/d)",
           "(?:product|category):.*",
           "(product|category):\\d+:(?:en|de)",
           "[-a]*b",
           "[a-]*b",
           "grün:[^:]+:日本",
           "",
       }) {
    EXPECT_TRUE(IsSmallAtTheStart(expression)) << expression;
  }
}

TEST(PatternShape, IsSmallBehindAnyTextWithLiterals) {
  for (const char* expression : {
           ".*",
           ".*:user",
           ".+user.+page.*",
           ".*:user:[^:]*:page:.*",
           R"(.*:user:\d+:.*)",
           ".*(?:jpg|jpeg|png)",
           ".*(jpg|png).*(old|new)",
           ".*[.]jpg",
           ".*\\.jpg",
           ".*é.*",
           "[a-z]*m",
           "a*a",
           "a*b*a",
       }) {
    EXPECT_TRUE(IsSmallAtTheStart(expression)) << expression;
  }
}

TEST(PatternShape, IsNotWhereSetsOfPlacesMatter) {
  for (const char* expression : {
           ".*a............b",
           ".*a[ab]b",
           ".*a[^b]b",
           ".*a[ab]{15}",
           ".*a{3}",
           ".*\\d\\d",
           "[a-z]*m[a-z]",
           "[^:]*.x",
           // Each of the stars is ended by some character.
           ".*a[^A]*b[^B]*c[^C]*",
           "a*a+b*c*",
           "(?:[ab]?){1000}",
           "a?",
           "(a|ab)c",
           "(a|a)",
           "(a|[ab])",
           "(a.*|b)",
           "(a|)",
           "(ab)*",
           "(ab){2}",
           "(a|b)+",
           ".*(a|b)(a|b)",
           ".*(a|b)x(a|b)",
           "a|b",
           "((a))",
       }) {
    EXPECT_FALSE(IsSmallAtTheStart(expression)) << expression;
  }
}

TEST(PatternShape, IsNotWhereItDoesNotUnderstand) {
  for (const char* expression : {
           "a\n.*\n.*",  "(a\n|b)", "(?i)user", "(?i:user)", "a*?",     "a+?b",        "a{2,3}",
           "a{2,}",      "a{0}",    "a{,2}",    "a{b",       "a{2}{2}", "a{2}*",       "\\pL+",
           "\\p{Greek}", "\\ba",    "a\\b",     "\\x41",     "\\Qa\\E", "[[:alpha:]]", "[]a]",
           "[\\pL]",     "[a-\\]]", "a^b",      "a$b",       "\\",      "[a",          "(a",
       }) {
    EXPECT_FALSE(IsSmallAtTheStart(expression)) << expression;
  }
}

TEST(PatternShape, IsNotWhenItIsLong) {
  const std::string longest(kMaxSmallPatternPlaces, 'a');
  EXPECT_TRUE(IsSmallAtTheStart(longest));
  EXPECT_FALSE(IsSmallAtTheStart(absl::StrCat(longest, "b")));
  EXPECT_FALSE(IsSmallAtTheStart(absl::StrCat("(", longest, "|b)")));
  EXPECT_FALSE(IsSmallAtTheStart("a{129}"));
  EXPECT_FALSE(IsSmallAtTheStart("a{100}b{100}"));
  EXPECT_FALSE(IsSmallAtTheStart("a{18446744073709551617}"));
}

// A search begins as if it were preceded by any text.
TEST(PatternShape, ASearchBeginsAnywhere) {
  const auto is_small = [](absl::string_view expression) {
    return HasSmallAutomaton(expression, MatchBegin::kAnywhere);
  };
  for (const char* expression : {"", "ubb", "a.*b$", "(a|ab)c", "user:\\d+", "^[ab][ab]",
                                 "^(eu|us)-[0-9]+$", "^[a-z.]+@example[.]com$"}) {
    EXPECT_TRUE(is_small(expression)) << expression;
  }
  for (const char* expression : {"[ab][ab]", "[a-z]{2}", "\\d+-\\d+-\\d+", "(a|b)(a|b)"}) {
    EXPECT_FALSE(is_small(expression)) << expression;
  }
}

}  // namespace
}  // namespace cache_invalidation
