// SPDX-License-Identifier: Apache-2.0

#include "common/pattern.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <ctime>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace cache_invalidation {
namespace {

TEST(Pattern, MatchesTheWholeKey) {
  struct Row {
    const char* expression;
    const char* key;
    bool expected;
  };
  for (const Row& row : std::vector<Row>{
           {R"(user:\d+:session:.*)", "user:42:session:a", true},
           {R"(user:\d+:session:.*)", "user:42:session:", true},
           {R"(user:\d+:session:.*)", "x:user:42:session:a", false},
           {R"(user:\d+:session:.*)", "user:x:session:a", false},
           {"user", "user", true},
           {"user", "user:1", false},
           {"a|b", "b", true},
           {"a|bc", "abc", false},
           {".*", "日本", true},
           {"..", "日本", true},
           {"(?i)USER", "user", true},
           {"^user$", "user", true},
           {"", "", false},
       }) {
    absl::StatusOr<Pattern> pattern = Pattern::Compile(row.expression);
    if (!pattern.ok()) {
      EXPECT_STREQ(row.expression, "");
      continue;
    }
    EXPECT_EQ(pattern->Matches(row.key), row.expected) << row.expression << " on " << row.key;
    EXPECT_EQ(pattern->expression(), row.expression);
  }
}

TEST(Pattern, RefusesWhatIsNoExpressionOrTooLarge) {
  struct Row {
    std::string expression;
    const char* message;
  };
  for (const Row& row : std::vector<Row>{
           {"", "got nothing"},
           {std::string(1025, 'a'), "got 1025 bytes"},
           {"a\nb", "got a control character"},
           {"\xff", "not UTF-8"},
           {"a(b", "missing )"},
           {"a**", "RE2 syntax"},
           {R"((a)\1)", "invalid escape sequence"},
           {"a(?=b)", "RE2 syntax"},
           {"(a{100}){100}", "RE2 syntax"},
           {R"([\pL\pN]{1000})", "too large"},
           {R"(\pL{30})", "at most 1500 instructions"},
       }) {
    const absl::Status status = Pattern::Compile(row.expression).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << row.expression;
    EXPECT_TRUE(absl::StrContains(status.message(), row.message)) << status;
  }
}

TEST(Pattern, KnowsWhatItsMatchesBeginWith) {
  struct Row {
    const char* expression;
    const char* prefix;
  };
  for (const Row& row : std::vector<Row>{
           {R"(user:\d+:session:.*)", "user:"},
           {"user:.*", "user:"},
           {"^user:.*", "user:"},
           {"user:42", "user:42"},
           {"session|user", ""},
           {".*:user", ""},
           {"(?i)user", ""},
           {"(user|users):1", ""},
           {"ab*", "a"},
           {"ab?", "a"},
           {"ab+", "ab"},
           {"ab{0,2}", "a"},
           {"^*ab", ""},
           {"日本語*", "日本"},
           {R"(a\.b\\\d)", R"(a.b\)"},
           {R"(a\.*)", "a"},
           {R"(a\Ab)", "a"},
           {R"(\Qa(b\E)", ""},
           {"ab(?i)*", "a"},
           {R"(ab\Q\E*)", "a"},
           {"ab+(?i)*", "a"},
           {"ab+?", "a"},
           {"ab(?:c)*", "ab"},
           // Alternatives in groups and classes are none of the whole.
           {"ab(c|d)", "ab"},
           {"ab[|]", "ab"},
           {"ab[]|(]c", "ab"},
           {"ab[^]|]c", "ab"},
           {R"(ab\|c)", "ab|c"},
           {"ab(c)|d", ""},
           {"ab[(]|d", ""},
           {"ab[[:alpha:](]|d", ""},
           {R"(ab[\](]|d)", ""},
           {"ab[:-[:(]|d", ""},
           {R"(ab\(|d)", ""},
           {R"(ab\Q(\E|d)", ""},
       }) {
    absl::StatusOr<Pattern> pattern = Pattern::Compile(row.expression);
    ASSERT_TRUE(pattern.ok());
    EXPECT_EQ(pattern->literal_prefix(), row.prefix) << row.expression;
  }
}

double ProcessorSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// Finding the prefix once took 25 times as long as everything else.
TEST(Pattern, ALargeAutomatonIsNotSearchedForAPrefix) {
  const std::string expression = "(?:[a-y]{0,99}){7}z";
  const double begin = ProcessorSeconds();
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(re2::RE2(expression).ok());
  const double compiled = ProcessorSeconds();
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(Pattern::Compile(expression).ok());
  EXPECT_LT(ProcessorSeconds() - compiled, 8 * (compiled - begin));
}

TEST(Pattern, ExcludesPrefixesByItsLiteralPrefix) {
  struct Row {
    const char* expression;
    const char* prefix;
    bool expected;
  };
  for (const Row& row : std::vector<Row>{
           {"user:.*", "user:", true},
           {"user:.*", "us", true},
           {"user:.*", "user:42", true},
           {"user:.*", "session:", false},
           {"user:.*", "users", false},
           {"user:.*", "", true},
           {".*", "anything", true},
           {"user:1", "user:12", true},  // only the literal prefix counts
       }) {
    absl::StatusOr<Pattern> pattern = Pattern::Compile(row.expression);
    ASSERT_TRUE(pattern.ok());
    EXPECT_EQ(pattern->MayMatchPrefix(row.prefix), row.expected)
        << row.expression << " and " << row.prefix;
  }
}

TEST(Pattern, KnowsWhatMatchingTakes) {
  struct Row {
    std::string expression;
    size_t key_bytes;
    uint64_t least;
    uint64_t most;
  };
  for (const Row& row : std::vector<Row>{
           {"user:.*", 0, kStepsPerMatch, kStepsPerMatch},
           {"user:.*", kBytesPerMatch - 1, kStepsPerMatch, kStepsPerMatch},
           {"user:.*", kBytesPerMatch, 2 * kStepsPerMatch, 2 * kStepsPerMatch},
           {R"(user:\d+:session:.*)", 50, kStepsPerMatch, kStepsPerMatch},
           // At least as many instructions as the alternatives and classes have bytes.
           {"(?i)user|page", 50, 40, 150},
           {".*a............b", 1024, 2'000, 15'000},
           {"(?:[ab]?){700}x", 1024, 1024 * 700 / 10, 1024 * 1500 / 10 + 34},
           {"(?:[ab]?){700}x", 1, 70, 152},
       }) {
    absl::StatusOr<Pattern> pattern = Pattern::Compile(row.expression);
    ASSERT_TRUE(pattern.ok()) << pattern.status();
    EXPECT_GE(pattern->MatchSteps(row.key_bytes), row.least) << row.expression;
    EXPECT_LE(pattern->MatchSteps(row.key_bytes), row.most) << row.expression;
  }
}

// Small random expressions over a small alphabet, so that random keys match often.
std::string RandomExpression(std::mt19937& random, int depth) {
  const auto pick = [&](int n) { return static_cast<int>(random() % n); };
  const auto atom = [&] { return std::string(1, static_cast<char>('a' + pick(3))); };
  if (depth == 0) return atom();
  switch (pick(12)) {
    case 0:
      return absl::StrCat("(", RandomExpression(random, depth - 1), "|",
                          RandomExpression(random, depth - 1), ")");
    case 1:
      return absl::StrCat("(", RandomExpression(random, depth - 1), ")*");
    case 2:
      return absl::StrCat("(", RandomExpression(random, depth - 1), ")+");
    case 3:
      return absl::StrCat("(", RandomExpression(random, depth - 1), ")?");
    case 4:
      return absl::StrCat("(?i:", RandomExpression(random, depth - 1), ")");
    case 5:
      return "[ab]";
    case 6:
      return ".";
    case 7:
      return absl::StrCat(RandomExpression(random, depth - 1), "|", atom());
    case 8:
      return absl::StrCat(atom(), pick(2) == 0 ? "?" : "{0,2}",
                          RandomExpression(random, depth - 1));
    case 9:
      return absl::StrCat(atom(), "(?i)*", RandomExpression(random, depth - 1));
    case 10:
      return pick(2) == 0 ? "[]|(ab]" : R"(\(?)";
    default:
      return absl::StrCat(RandomExpression(random, depth - 1), RandomExpression(random, depth - 1));
  }
}

TEST(Pattern, LiteralPrefixNeverExcludesAMatch) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937 random(seed);
  int matches = 0;
  for (int round = 0; round < 500; ++round) {
    const std::string expression = RandomExpression(random, 4);
    absl::StatusOr<Pattern> pattern = Pattern::Compile(expression);
    if (!pattern.ok()) continue;  // a repetition of a repetition is refused
    for (int i = 0; i < 100; ++i) {
      std::string key;
      for (size_t n = random() % 7; n > 0; --n) key += "abcABC"[random() % 6];
      if (!pattern->Matches(key)) continue;
      ++matches;
      EXPECT_TRUE(absl::StartsWith(key, pattern->literal_prefix())) << expression << " " << key;
      EXPECT_TRUE(pattern->MayMatchPrefix(key.substr(0, random() % (key.size() + 1))))
          << expression << " " << key;
    }
  }
  EXPECT_GT(matches, 100);
}

}  // namespace
}  // namespace cache_invalidation
