#include "common/cache_keys.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "common/names.h"
#include "common/tag.h"

namespace cache_invalidation {
namespace {

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
