#include "common/condition/regex.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::condition {
namespace {

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
