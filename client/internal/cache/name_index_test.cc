// SPDX-License-Identifier: Apache-2.0

#include "client/internal/cache/name_index.h"

#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/tag.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client::internal {
namespace {

using Keys = std::set<std::string>;

Keys UnderTag(const NameIndex& index, const std::string& tag) {
  Keys keys;
  index.ForEachUnderTag(tag, [&](Entry& entry) { keys.insert(entry.key); });
  return keys;
}

Keys OfKey(const NameIndex& index, const std::string& key) {
  Keys keys;
  index.ForEachOfKey(key, [&](Entry& entry) { keys.insert(entry.key); });
  return keys;
}

TEST(NameIndexTest, FindsByTagAndByWhatStandsBelowIt) {
  NameIndex index;
  Entry one{.key = "one"};
  Entry two{.key = "two"};
  index.Link(one, {.tags = {"a:b:c", "x"}});
  index.Link(two, {.tags = {"a:b", "ab"}, .keys = {"one"}});
  EXPECT_EQ(UnderTag(index, "a"), Keys({"one", "two"}));
  EXPECT_EQ(UnderTag(index, "a:b"), Keys({"one", "two"}));
  EXPECT_EQ(UnderTag(index, "a:b:c"), Keys({"one"}));
  EXPECT_EQ(UnderTag(index, "ab"), Keys({"two"}));
  EXPECT_EQ(UnderTag(index, "b"), Keys());
  EXPECT_EQ(UnderTag(index, "one"), Keys()) << "a key is no tag";
  EXPECT_EQ(OfKey(index, "one"), Keys({"two"}));
  EXPECT_EQ(OfKey(index, "x"), Keys());
  Keys matched;
  index.ForEachOfKeys([](absl::string_view key) { return key == "one"; },
                      [&](Entry& entry) { matched.insert(entry.key); });
  EXPECT_EQ(matched, Keys({"two"}));
  std::vector<std::string> keys;
  index.AddKeysTo(keys);
  EXPECT_EQ(keys, std::vector<std::string>({"one"}));
  EXPECT_EQ(NameIndex::NamesOf(two), (EntryNames{.tags = {"a:b", "ab"}, .keys = {"one"}}));
  index.Unlink(one);
  EXPECT_EQ(UnderTag(index, "a"), Keys({"two"}));
  index.Unlink(two);
  EXPECT_EQ(index.size(), 0u);
}

// Links and unlinks entries at random, and compares with looking at all of them.
TEST(NameIndexTest, DoesWhatALoopOverAllEntriesDoes) {
  std::mt19937 random(1);
  const auto name = [&] {
    std::string text(1, static_cast<char>('a' + random() % 3));
    while (random() % 2 == 0) absl::StrAppend(&text, ":", random() % 3);
    return text;
  };
  NameIndex index;
  std::map<std::string, std::unique_ptr<Entry>> entries;
  std::map<std::string, EntryNames> all_names;
  for (int i = 0; i < 5'000; ++i) {
    const std::string key = absl::StrCat(random() % 20);
    std::unique_ptr<Entry>& entry = entries[key];
    if (entry == nullptr) {
      entry = std::make_unique<Entry>();
      entry->key = key;
    } else {
      index.Unlink(*entry);
    }
    EntryNames& names = all_names[key];
    names = {};
    for (uint32_t n = random() % 4; n > 0; --n) names.tags.push_back(name());
    for (uint32_t n = random() % 2; n > 0; --n) names.keys.push_back(name());
    names.Canonicalize();
    index.Link(*entry, names);
    const std::string asked = name();
    Keys under;
    Keys of;
    for (const auto& [other, other_names] : all_names) {
      for (const std::string& tag : other_names.tags) {
        if (IsSelfOrAncestor(asked, tag)) under.insert(other);
      }
      for (const std::string& from : other_names.keys) {
        if (from == asked) of.insert(other);
      }
    }
    ASSERT_EQ(UnderTag(index, asked), under) << asked;
    ASSERT_EQ(OfKey(index, asked), of) << asked;
  }
  for (const auto& [key, entry] : entries) index.Unlink(*entry);
  EXPECT_EQ(index.size(), 0u);
}

}  // namespace
}  // namespace cache_invalidation::client::internal
