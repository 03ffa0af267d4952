// SPDX-License-Identifier: Apache-2.0

// The table of docs/tags.md is correct for the SDK.

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "client/cache_keys.h"
#include "client/tag.h"

namespace cache_invalidation::client {
namespace {

using Row = std::pair<std::string, std::string>;

// "| `a:b` | `a%3Ab` |" and the like: value and escaped value.
std::vector<Row> RowsOfThePage() {
  std::ifstream file("docs/tags.md");
  const std::string page{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  std::vector<Row> rows;
  for (absl::string_view line : absl::StrSplit(page, '\n')) {
    if (!absl::ConsumePrefix(&line, "| `") || !absl::ConsumeSuffix(&line, "` |")) continue;
    rows.push_back(absl::StrSplit(line, absl::MaxSplits("` | `", 1)));
  }
  return rows;
}

TEST(TagsPage, SaysHowValuesAreEscaped) {
  const std::vector<Row> rows = RowsOfThePage();
  ASSERT_GE(rows.size(), 10u);
  for (const auto& [value, escaped] : rows) {
    EXPECT_EQ(EscapeTagValue(value), escaped) << value;
    EXPECT_EQ(CacheKeys("shop").Key(value), absl::StrCat("shop:", escaped)) << value;
  }
}

TEST(TagsPage, SaysWhichTagsAResourceHas) {
  EXPECT_EQ(ResourceTag("order", "urn:7"), "order:urn:7");
  EXPECT_EQ(ResourceTag("order", EscapeTagValue("urn:7")), "order:urn%3A7");
  EXPECT_EQ(CollectionTag("order"), "order:#all");
}

}  // namespace
}  // namespace cache_invalidation::client
