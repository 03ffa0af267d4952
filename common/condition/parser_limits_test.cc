// SPDX-License-Identifier: Apache-2.0

// Texts that are made to break parsers: deep, long, cut short, random. Whatever comes in, the
// parser answers, within its limits.

#include <gtest/gtest.h>

#include <initializer_list>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/condition/limits.h"
#include "common/condition/parser.h"
#include "common/limits.h"

namespace cache_invalidation::condition {
namespace {

std::string Repeat(absl::string_view text, size_t times) {
  std::string repeated;
  for (size_t i = 0; i < times; ++i) absl::StrAppend(&repeated, text);
  return repeated;
}

bool Parses(absl::string_view text) { return Parse(text, {.variables = {"a"}}).ok(); }

// Why it is refused; empty if it is not.
std::string Refusal(absl::string_view text) {
  return std::string(Parse(text, {.variables = {"a"}}).status().message());
}

// `times` of `before`, the middle, as many of `after`.
struct Nesting {
  const char* before;
  const char* middle;
  const char* after;
};

constexpr Nesting kNestings[] = {
    {"(", "1", ")"},
    {"[", "1", "]"},
    {"{1:", "1", "}"},
    {"size(", "a", ")"},
    {"a[", "a", "]"},
    {"!", "a", ""},
    {"- -", "a", ""},
    {"a ? 1 : ", "2", ""},
    {"", "a", ".b"},
    {"", "a", "[0]"},
    {"", "a", ".size()"},
    {"1 + ", "1", ""},
    {"1 - ", "1", ""},
    {"1 == ", "1", ""},
    {"1 in ", "a", ""},
    {"a.all(x, ", "x", ")"},
    {"", "a", ".map(x, x)"},
    {"has(a[", "a", "].b)"},
    {"a.map(x, x, ", "1", ")"},
};

std::string Nest(const Nesting& nesting, size_t times) {
  return absl::StrCat(Repeat(nesting.before, times), nesting.middle, Repeat(nesting.after, times));
}

TEST(ParserLimits, HoldWhatTheLanguageAsksFor) {
  for (const Nesting& nesting : kNestings) {
    EXPECT_EQ(Refusal(Nest(nesting, 32)), "") << Nest(nesting, 32);
  }
  EXPECT_TRUE(Parses(Repeat("true && ", 32) + "true"));
  EXPECT_TRUE(Parses(Repeat("true || ", 32) + "true"));
}

TEST(ParserLimits, RefuseWhatIsTooDeep) {
  for (const Nesting& nesting : kNestings) {
    for (const size_t times : {size_t{kMaxExpressionDepth} + 1, size_t{300}}) {
      const std::string text = Nest(nesting, times);
      if (text.size() > kMaxConditionBytes) continue;
      EXPECT_TRUE(absl::EndsWith(Refusal(text), "expected at most 100 levels of nesting")) << text;
    }
  }
}

TEST(ParserLimits, AnswerToWhatIsDeepAndCutShort) {
  for (const Nesting& nesting : kNestings) {
    for (const size_t times : {1, 50, 99, 100, 101}) {
      Parses(Repeat(nesting.before, times));
      Parses(absl::StrCat(Repeat(nesting.before, times), nesting.middle));
      Parses(Repeat(nesting.after, times));
      const std::string whole = Nest(nesting, times);
      Parses(whole.substr(0, whole.size() - 1));
      Parses(whole.substr(1));
    }
  }
  for (const char* sign : {"(", "[", "{", "!", "-", "a.", "a[", "1+", "'", "`", "a?", "//", "\\"}) {
    EXPECT_FALSE(Parses(Repeat(sign, kMaxConditionBytes / 2))) << sign;
  }
}

TEST(ParserLimits, AllowLongChainsOfLogic) {
  // No deeper than their longest term: nobody's list of cases ends at the hundredth.
  EXPECT_TRUE(Parses(Repeat("a||", 400) + "a"));
  EXPECT_TRUE(Parses(Repeat("a&&", 400) + "a"));
}

TEST(ParserLimits, RefuseTooManyNodes) {
  EXPECT_TRUE(Parses(Repeat("a||", kMaxExpressionNodes - 2) + "a"));
  EXPECT_EQ(Refusal(Repeat("a||", kMaxExpressionNodes) + "a"),
            "line 1, column 3001: expected at most 1000 names, values and operators");
}

TEST(ParserLimits, RefuseTooManyElements) {
  EXPECT_TRUE(Parses("[" + Repeat("1,", kMaxLiteralElements) + "]"));
  EXPECT_EQ(Refusal("a == [" + Repeat("1,", kMaxLiteralElements + 1) + "]"),
            "line 1, column 7: expected at most 500 elements");
  EXPECT_FALSE(Parses("size(" + Repeat("1,", kMaxLiteralElements + 1) + "1)"));
  EXPECT_FALSE(Parses("{" + Repeat("1:1,", kMaxLiteralElements + 1) + "}"));
}

TEST(ParserLimits, RefuseTextThatIsTooLong) {
  EXPECT_TRUE(Parses("1" + std::string(kMaxConditionBytes - 1, ' ')));
  EXPECT_EQ(Refusal("1" + std::string(kMaxConditionBytes, ' ')),
            "expected a condition of at most 4096 bytes, got 4097 bytes");
}

TEST(ParserLimits, CompileOnlySoManyPatterns) {
  const auto patterns = [](size_t count) { return Repeat("'a'.matches('b') || ", count) + "true"; };
  EXPECT_TRUE(Parses(patterns(kMaxCompiledRegexes)));
  EXPECT_EQ(Refusal(patterns(kMaxCompiledRegexes + 1)),
            "line 1, column 333: expected at most 16 patterns");
  EXPECT_TRUE(Parse(patterns(kMaxCompiledRegexes + 1), {.check = false}).ok());
}

TEST(ParserLimits, RefuseWhatIsNoUtf8) {
  EXPECT_EQ(Refusal("a == 'ä\xff'"), "line 1, column 8: expected UTF-8, got `\\xff`");
  for (const char* text : {"\xff", "'\xc3'", "'\xed\xa0\x80'", "'\xc0\x80'", "// \x80\n1",
                           "'\xf4\x90\x80\x80'", "b'\xff'"}) {
    EXPECT_TRUE(absl::StrContains(Refusal(text), "expected UTF-8")) << text;
  }
}

TEST(ParserLimits, AnswerToNumbersOfAnyLength) {
  EXPECT_FALSE(Parses(std::string(4000, '9')));
  EXPECT_FALSE(Parses("0x" + std::string(4000, 'f') + "u"));
  EXPECT_FALSE(Parses("1e" + std::string(4000, '9')));
  EXPECT_TRUE(Parses("1e-" + std::string(4000, '9')));
  EXPECT_TRUE(Parses("0." + std::string(4000, '9')));
  EXPECT_TRUE(Parses(std::string(4000, '0') + "1"));
}

TEST(ParserLimits, AnswerToEveryBeginningOfAText) {
  const std::string text =
      "has(a.b) && !(a.`c-d`[-1u] in [1.5e-3, b'\\xff', r\"\"\"x\"\"\"]) ? a.map(x, x > 0, {'k': "
      "size(x)}) : .a.matches('^[a-z]+$') || '\\u00e4' != \"\\\"\" // end";
  EXPECT_EQ(Refusal(text), "");
  for (size_t end = 0; end < text.size(); ++end) {
    Parses(text.substr(0, end));
    Parses(text.substr(end));
    Parses(text.substr(0, end) + text.substr(end + 1));
  }
}

TEST(ParserLimits, AnswerToRandomTokens) {
  const std::vector<std::string> tokens = {
      "a",  "x", "1",  "2u", "'s'", "b''", "true", "null", "in", "for", "size", "all", "has", "map",
      "(",  ")", "[",  "]",  "{",   "}",   ".",    ",",    ":",  "?",   "!",    "-",   "+",   "*",
      "==", "<", "&&", "||", "`q`", " ",   "\n",   "//",   "'",  "\\",  "\xff", ".5",  "1e9", "0x"};
  std::mt19937 random(1);
  std::uniform_int_distribution<size_t> any_token(0, tokens.size() - 1);
  std::uniform_int_distribution<size_t> any_length(1, 40);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (size_t count = any_length(random); count > 0; --count) text += tokens[any_token(random)];
    const auto parsed = Parse(text, {.variables = {"a"}, .check = i % 2 == 0});
    if (!parsed.ok()) {
      EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument) << text;
      EXPECT_TRUE(absl::StartsWith(parsed.status().message(), "line ")) << text;
    }
  }
}

}  // namespace
}  // namespace cache_invalidation::condition
