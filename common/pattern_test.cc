#include "common/pattern.h"

#include <gtest/gtest.h>

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
           {"(user|users):1", "user"},
           {"session|user", ""},
           {".*:user", ""},
           {"(?i)user", ""},
           {"ab*", "a"},
       }) {
    absl::StatusOr<Pattern> pattern = Pattern::Compile(row.expression);
    ASSERT_TRUE(pattern.ok());
    EXPECT_EQ(pattern->literal_prefix(), row.prefix) << row.expression;
  }
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
  switch (pick(8)) {
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
