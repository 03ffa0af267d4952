// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/filter.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "absl/hash/hash_testing.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/tag.h"

namespace cache_invalidation::delivery {
namespace {

using Names = std::vector<std::string>;

TEST(FilterTest, NothingGivenLetsEverythingPass) {
  const Filter filter;
  EXPECT_TRUE(filter.passes_everything());
  EXPECT_TRUE(filter.PassesTag("user"));
  EXPECT_TRUE(filter.PassesKey("profile"));
  EXPECT_TRUE(filter.PassesPattern(""));
}

TEST(FilterTest, ATagPassesAboveAtAndBelowAFilterTag) {
  const Filter filter({"tenant:7:user"}, {});
  struct Row {
    const char* tag;
    bool passes;
  };
  for (const Row& row : std::vector<Row>{
           {"tenant:7:user", true},
           {"tenant:7:user:42", true},
           {"tenant:7", true},
           {"tenant", true},
           {"tenant:7:users", false},
           {"tenant:8", false},
           {"tenant:77", false},
           {"ten", false},
           {"user", false},
       }) {
    EXPECT_EQ(filter.PassesTag(row.tag), row.passes) << row.tag;
  }
}

TEST(FilterTest, EachKindRestrictsOnlyItsOwn) {
  const Filter tags({"user"}, {});
  EXPECT_TRUE(tags.PassesKey("anything"));
  EXPECT_TRUE(tags.PassesPattern("anything"));
  const Filter keys({}, {"user:"});
  EXPECT_TRUE(keys.PassesTag("anything"));
}

TEST(FilterTest, AKeyPassesWithOneOfThePrefixes) {
  const Filter filter({}, {"user:", "order:1"});
  EXPECT_TRUE(filter.PassesKey("user:42"));
  EXPECT_TRUE(filter.PassesKey("user:"));
  EXPECT_TRUE(filter.PassesKey("order:17"));
  EXPECT_FALSE(filter.PassesKey("order:2"));
  EXPECT_FALSE(filter.PassesKey("user"));
  EXPECT_FALSE(filter.PassesKey(""));
}

TEST(FilterTest, APatternPassesUnlessItsPrefixExcludesEveryKeyPrefix) {
  const Filter filter({}, {"user:4", "order:"});
  EXPECT_TRUE(filter.PassesPattern("")) << "it may match any key";
  EXPECT_TRUE(filter.PassesPattern("user:")) << "shorter than a key prefix";
  EXPECT_TRUE(filter.PassesPattern("user:42")) << "longer than a key prefix";
  EXPECT_TRUE(filter.PassesPattern("order:"));
  EXPECT_FALSE(filter.PassesPattern("user:5"));
  EXPECT_FALSE(filter.PassesPattern("session"));
}

TEST(FilterTest, FormsThatMeanTheSameAreEqual) {
  EXPECT_TRUE(absl::VerifyTypeImplementsAbslHashCorrectly({
      Filter(),
      Filter({"a"}, {}),
      Filter({"a", "a"}, {}),
      Filter({"a:b", "a", "a:b:c"}, {}),
      Filter({"a", "b"}, {"k"}),
      Filter({"b", "a"}, {"k2", "k", "k1"}),
      Filter({}, {"a"}),
  }));
  EXPECT_EQ(Filter({"a:b", "a", "a:b:c"}, {}), Filter({"a"}, {}));
  EXPECT_EQ(Filter({"a:b", "a!", "a"}, {}).tags(), Names({"a", "a!"}));
  EXPECT_EQ(Filter({"b", "a"}, {"k2", "k", "k1"}), Filter({"a", "b"}, {"k"}));
  EXPECT_FALSE(Filter({"a"}, {}) == Filter({}, {"a"}));
}

// A filter of a thousand tags at their longest, levels as many as bytes allow: it holds its names
// and nothing that is made of them, and looking something up makes nothing.
TEST(FilterTest, IsNoLargerThanItsNames) {
  Names tags;
  for (int i = 0; i < 1000; ++i) {
    std::string tag = absl::StrCat(10'000 + i);
    while (tag.size() + 2 <= 1024) tag += ":a";
    tags.push_back(std::move(tag));
  }
  const Names given = tags;
  const Filter filter(std::move(tags), {});
  EXPECT_EQ(filter.tags(), given);
  static_assert(sizeof(Filter) == 2 * sizeof(Names), "nothing beside its two lists of names");
  for (const std::string& tag : given) {
    EXPECT_TRUE(filter.PassesTag(tag));
    EXPECT_TRUE(filter.PassesTag(tag.substr(0, 5)));
    EXPECT_TRUE(filter.PassesTag(tag.substr(0, 9)));
    EXPECT_TRUE(filter.PassesTag(tag + ":b"));
    EXPECT_FALSE(filter.PassesTag(tag.substr(0, 6)));
    EXPECT_FALSE(filter.PassesTag("a" + tag));
  }
}

// Against the definitions, with names that often meet.
TEST(FilterTest, AgreesWithTheDefinitions) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const auto name = [&] {
    std::string text;
    for (size_t n = random() % 4 + 1; n > 0; --n) {
      if (!text.empty() && random() % 2 == 0) text += ':';
      text += "ab!\xC3"[random() % 4];
    }
    return text;
  };
  for (int round = 0; round < 2000; ++round) {
    Names tags;
    Names prefixes;
    for (size_t n = random() % 4; n > 0; --n) tags.push_back(name());
    for (size_t n = random() % 4; n > 0; --n) prefixes.push_back(name());
    const Filter filter(tags, prefixes);
    for (int probe = 0; probe < 10; ++probe) {
      const std::string target = name();
      bool tag = tags.empty();
      for (const std::string& f : tags) {
        tag |= IsSelfOrAncestor(f, target) || IsSelfOrAncestor(target, f);
      }
      EXPECT_EQ(filter.PassesTag(target), tag) << target;
      bool key = prefixes.empty();
      bool pattern = prefixes.empty();
      for (const std::string& p : prefixes) {
        key |= absl::StartsWith(target, p);
        pattern |= absl::StartsWith(target, p) || absl::StartsWith(p, target);
      }
      EXPECT_EQ(filter.PassesKey(target), key) << target;
      EXPECT_EQ(filter.PassesPattern(target), pattern) << target;
    }
  }
}

}  // namespace
}  // namespace cache_invalidation::delivery
