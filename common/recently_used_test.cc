// SPDX-License-Identifier: Apache-2.0

#include "common/recently_used.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cache_invalidation {
namespace {

TEST(RecentlyUsedTest, WorksOutAgainOnlyWhatWasUsedLeastRecently) {
  RecentlyUsed<std::string> memory(2);
  std::vector<std::string> worked_out;
  const auto get = [&](absl::string_view text) {
    return memory.Get(text, [&](absl::string_view given) {
      worked_out.emplace_back(given);
      return std::string(given) + "!";
    });
  };
  EXPECT_EQ(get("a"), "a!");
  EXPECT_EQ(get("b"), "b!");
  EXPECT_EQ(get("a"), "a!");
  EXPECT_EQ(get("c"), "c!");  // evicts b
  EXPECT_EQ(get("a"), "a!");
  EXPECT_EQ(get("b"), "b!");
  EXPECT_EQ(worked_out, (std::vector<std::string>{"a", "b", "c", "b"}));
}

}  // namespace
}  // namespace cache_invalidation
