// SPDX-License-Identifier: Apache-2.0

#include "common/tag.h"

#include <gtest/gtest.h>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "common/limits.h"
#include "common/names.h"

namespace cache_invalidation {
namespace {

TEST(Tag, IsHitByItselfAndByTagsAbove) {
  struct Row {
    absl::string_view ancestor, tag;
    bool expected;
  };
  for (const Row& row : std::vector<Row>{
           {"a", "a", true},
           {"a", "a:b", true},
           {"a", "a:b:c", true},
           {"a:b", "a:b:c", true},
           {"a:b", "a", false},
           {"a", "ab", false},
           {"a", "ab:c", false},
           {"a:b", "a:bc", false},
           {"b", "a:b", false},
           {"a", "", false},
           {"a", "a:", true},
           {"a:", "a::b", true},
           {"a:", "a:b", false},
       }) {
    EXPECT_EQ(IsSelfOrAncestor(row.ancestor, row.tag), row.expected)
        << row.ancestor << " over " << row.tag;
  }
}

std::vector<std::string> Ancestors(absl::string_view tag) {
  std::vector<std::string> all;
  ForEachAncestor(tag, [&](absl::string_view ancestor) { all.emplace_back(ancestor); });
  return all;
}

std::vector<std::string> SelfAndAncestors(absl::string_view tag) {
  std::vector<std::string> all;
  ForEachSelfAndAncestor(tag, [&](absl::string_view ancestor) { all.emplace_back(ancestor); });
  return all;
}

TEST(Tag, NamesWhatStandsAbove) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(Ancestors("a"), Names{});
  EXPECT_EQ(Ancestors("a:b:c"), (Names{"a:b", "a"}));
  EXPECT_EQ(SelfAndAncestors("a:b:c"), (Names{"a:b:c", "a:b", "a"}));
  // An id can contain anything, so levels can be empty; the empty name is not a tag.
  EXPECT_EQ(Ancestors("a::b"), (Names{"a:", "a"}));
  EXPECT_EQ(Ancestors("a:"), (Names{"a"}));
  EXPECT_EQ(Ancestors(":a"), Names{});
}

TEST(Tag, AncestorsAreWhatIsSelfOrAncestor) {
  for (absl::string_view tag : {"a", "a:b", "user:42:x", "a::b", "a:", "::", ":a"}) {
    for (const std::string& ancestor : SelfAndAncestors(tag)) {
      EXPECT_TRUE(IsSelfOrAncestor(ancestor, tag)) << ancestor << " over " << tag;
    }
  }
}

TEST(Tag, FirstSegmentIsTheType) {
  EXPECT_EQ(FirstSegment("user"), "user");
  EXPECT_EQ(FirstSegment("user:42:x"), "user");
  EXPECT_EQ(FirstSegment(":x"), "");
}

TEST(Tag, OfAResource) {
  EXPECT_EQ(ResourceTag("user", "42"), "user:42");
  EXPECT_EQ(ResourceTag("user", "4:2"), "user:4:2");
  EXPECT_EQ(CollectionTag("user"), "user:#all");
}

TEST(Tag, OfAResourceInBothForms) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(ResourceTags("user", "42"), Names{"user:42"});
  EXPECT_EQ(ResourceTags("user", "4:2"), (Names{"user:4:2", "user:4%3A2"}));
  EXPECT_EQ(ResourceTags("user", "4%3A2"), (Names{"user:4%3A2", "user:4%253A2"}));
  // 5 + 339 * 3 + 2 bytes are the maximum length of a tag.
  const std::string longest = std::string(339, ':') + "ab";
  EXPECT_EQ(ResourceTags("user", longest)[1].size(), 1024u);
  EXPECT_EQ(ResourceTags("user", longest + "c"), Names{"user:" + longest + "c"});
}

TEST(Tag, ValuesHaveOneFormOrTwo) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(FormsOfTagValue("42"), Names{"42"});
  EXPECT_EQ(FormsOfTagValue("a:b"), (Names{"a%3Ab", "a:b"}));
}

TEST(Tag, EscapesWhatWouldMakeALevel) {
  EXPECT_EQ(EscapeTagValue(""), "");
  EXPECT_EQ(EscapeTagValue("plain"), "plain");
  EXPECT_EQ(EscapeTagValue("a:b"), "a%3Ab");
  EXPECT_EQ(EscapeTagValue("a%3Ab"), "a%253Ab");
  EXPECT_EQ(EscapeTagValue(":%:"), "%3A%25%3A");
}

TEST(Tag, FirstLevelsStandAboveWhatIsTooDeep) {
  std::string tag = "a";
  for (size_t level = 1; level < kMaxTagLevels; ++level) tag += ":a";
  EXPECT_EQ(LevelsOf(tag), kMaxTagLevels);
  EXPECT_EQ(FirstLevels(tag), tag);
  EXPECT_EQ(FirstLevels(tag + ":b:c"), tag);
  EXPECT_EQ(LevelsOf(""), 1u);
  EXPECT_EQ(FirstLevels(""), "");
}

TEST(CacheKeys, JoinsOwnerAndParts) {
  const CacheKeys keys("shop");
  EXPECT_EQ(keys.Key(), "shop");
  EXPECT_EQ(keys.Key("user", 42, "profile"), "shop:user:42:profile");
  EXPECT_EQ(keys.Key(std::string("user"), absl::string_view("x")), "shop:user:x");
  EXPECT_EQ(keys.Key(int64_t{-1}, uint64_t{18446744073709551615u}), "shop:-1:18446744073709551615");
  EXPECT_EQ(keys.Prefix("user", 42), "shop:user:42:");
  EXPECT_EQ(keys.Prefix(), "shop:");
}

TEST(CacheKeys, EscapesWhatWouldCollideOrBeRefused) {
  const CacheKeys keys("a:b");
  EXPECT_EQ(keys.Key("x"), "a%3Ab:x");
  EXPECT_EQ(keys.Key("4:2"), "a%3Ab:4%3A2");
  EXPECT_EQ(keys.Key("4%3A2"), "a%3Ab:4%253A2");
  EXPECT_EQ(keys.Key("ü"), "a%3Ab:ü");
  EXPECT_EQ(keys.Key("\n"), "a%3Ab:%0A");
  EXPECT_EQ(keys.Key("\xc2\x80"), "a%3Ab:%C2%80");
  EXPECT_EQ(keys.Key("\xff"), "a%3Ab:%FF");
  EXPECT_EQ(keys.Key(std::string(1, '\0')), "a%3Ab:%00");
}

TEST(CacheKeys, EscapesValuesAsTagsDo) {
  for (const char* value : {"plain", "a:b", "50%", "a%3Ab", "urn:isbn:1", ":", "%"}) {
    EXPECT_EQ(CacheKeys("shop").Key(value), "shop:" + EscapeTagValue(value));
  }
}

TEST(CacheKeys, OwnersNeverShareAKey) {
  EXPECT_NE(CacheKeys("a").Key("b", "c"), CacheKeys("a:b").Key("c"));
  EXPECT_NE(CacheKeys("a").Key(), CacheKeys("a").Key(""));
  EXPECT_NE(CacheKeys("a").Key("", ""), CacheKeys("a").Key(""));
  EXPECT_NE(CacheKeys("").Key("a"), CacheKeys("a").Key());
}

TEST(CacheKeys, DifferentPartsMakeDifferentWellFormedKeys) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937 random(seed);
  const auto part = [&] {
    std::string text;
    for (size_t n = random() % 4; n > 0; --n) text += ":%3A\n\xc3\xa4\xff"[random() % 8];
    return text;
  };
  std::map<std::string, std::vector<std::string>> seen;
  for (int i = 0; i < 20000; ++i) {
    std::vector<std::string> parts = {part(), part()};
    std::string key;
    if (random() % 2 == 0) {
      key = CacheKeys(parts[0]).Key(parts[1]);
    } else {
      parts.push_back(part());
      key = CacheKeys(parts[0]).Key(parts[1], parts[2]);
    }
    EXPECT_TRUE(CheckKey(key).ok());
    const auto [it, inserted] = seen.emplace(key, parts);
    EXPECT_EQ(it->second, parts) << key;
  }
}

}  // namespace

}  // namespace cache_invalidation
