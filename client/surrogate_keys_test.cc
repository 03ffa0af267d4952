// SPDX-License-Identifier: Apache-2.0

#include "client/surrogate_keys.h"

#include <algorithm>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/tag.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client {
namespace {

using ::testing::ElementsAre;

bool IsHit(const std::string& header, const std::vector<std::string>& purged, char separator) {
  const std::vector<std::string> carried = absl::StrSplit(header, separator);
  return std::any_of(purged.begin(), purged.end(), [&](const std::string& key) {
    return std::find(carried.begin(), carried.end(), key) != carried.end();
  });
}

TEST(SurrogateKeysTest, APageCarriesAllLevelsOfItsTags) {
  EXPECT_EQ(SurrogateKeysOfPage({"order:5", "order:6"}, {}), "= order order:5 order:6");
  EXPECT_EQ(SurrogateKeysOfPage({"a:b:c"}, {.key = "page:1", .separator = ','}),
            "=,a,a:b,a:b:c,=page:1");
  EXPECT_EQ(SurrogateKeysOfPage({}, {}), "=");
}

TEST(SurrogateKeysTest, AnEventPurgesTheTagAndTheMarkersAbove) {
  EXPECT_THAT(SurrogateKeysOfTag("a:b:c"), ElementsAre("a:b:c", "a:b~", "a~"));
  EXPECT_THAT(SurrogateKeysOfTag("order"), ElementsAre("order"));
}

// The table of docs/http-caches.md.
TEST(SurrogateKeysTest, Encoding) {
  EXPECT_THAT(SurrogateKeysOfTag("order:#all"), ElementsAre("order:%23all", "order~"));
  EXPECT_EQ(SurrogateKeyOfKey("a b,c\"d\r\nX: y%{}~=/\\\x7f"),
            "=a%20b%2Cc%22d%0D%0AX:%20y%25%7B%7D%7E%3D%2F%5C%7F");
  EXPECT_EQ(SurrogateKeyOfKey("Z\xC3\xBCrich"), "=Z%C3%BCrich");
  EXPECT_EQ(SurrogateKeyOfKey(std::string(200, 'x')), "=" + std::string(200, 'x'));
  EXPECT_EQ(SurrogateKeyOfKey(std::string(201, 'x')),
            "=" + std::string(200, 'x') + "=3631500d06f3bba7");
}

TEST(SurrogateKeysTest, NoByteOfAKeyEndsIt) {
  for (int byte = 0; byte < 256; ++byte) {
    for (const std::string& key : SurrogateKeysOfTag(absl::StrCat("t:", std::string(1, byte)))) {
      EXPECT_EQ(key.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789-._:%~="),
                std::string::npos)
          << byte;
    }
  }
}

TEST(SurrogateKeysTest, TooManyTagsBecomeMarkersAndNoneIsLeftOut) {
  std::vector<std::string> tags;
  for (int i = 0; i < 1'000; ++i) tags.push_back(absl::StrCat("orders:", i));
  EXPECT_EQ(SurrogateKeysOfPage(tags, {}), "= orders orders~");
  EXPECT_TRUE(IsHit("= orders orders~", SurrogateKeysOfTag("orders:5"), ' '));
  EXPECT_FALSE(IsHit("= orders orders~", SurrogateKeysOfTag("customers:5"), ' '));
}

TEST(SurrogateKeysTest, APageThatDoesNotFitHasNoHeader) {
  EXPECT_EQ(SurrogateKeysOfPage({"a", "b", "c"}, {.max_bytes = 6}), std::nullopt);
  EXPECT_EQ(SurrogateKeysOfPage({"a", "b", "c"}, {.max_bytes = 7}), "= a b c");
}

// Against the definition: an event's tag hits a page that carries it or a tag below it.
TEST(SurrogateKeysTest, WhatAnEventHitsIsPurgedWhateverTheLimit) {
  std::mt19937 random(20'261'201);
  const auto tag = [&random] {
    std::string out(1, static_cast<char>('a' + random() % 3));
    for (size_t i = random() % 4; i > 0; --i) {
      absl::StrAppend(&out, ":", std::string(1, static_cast<char>('a' + random() % 3)));
    }
    return out;
  };
  size_t exact = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::vector<std::string> tags(1 + random() % 6);
    for (std::string& one : tags) one = tag();
    const std::string named = tag();
    const bool is_hit = std::any_of(tags.begin(), tags.end(), [&](const std::string& carried) {
      return IsSelfOrAncestor(named, carried);
    });
    const size_t max_bytes = random() % 2 == 0 ? 7'000 : 10 + random() % 60;
    const auto header = SurrogateKeysOfPage(tags, {.max_bytes = max_bytes});
    if (!header.has_value()) continue;
    EXPECT_LE(header->size(), max_bytes);
    const bool is_purged = IsHit(*header, SurrogateKeysOfTag(named), ' ');
    EXPECT_TRUE(is_purged || !is_hit) << named << " and " << *header;
    // Without a limit nothing else is purged.
    EXPECT_TRUE(is_purged == is_hit || max_bytes < 7'000) << named << " and " << *header;
    exact += is_purged == is_hit ? 1 : 0;
  }
  EXPECT_GT(exact, 10'000u);
}

}  // namespace
}  // namespace cache_invalidation::client
