// SPDX-License-Identifier: Apache-2.0

#include "server/engine/cause_dictionary.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace cache_invalidation::engine {
namespace {

// Few and many are found in different ways.
TEST(CauseDictionaryTest, NumbersEachCauseOnceInTheOrderOfItsFirstUse) {
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i) names.push_back(absl::StrCat("rule", i));
  CauseDictionary dictionary;
  for (int round = 0; round < 2; ++round) {
    for (uint32_t i = 0; i < 40; ++i) {
      EXPECT_EQ(dictionary.NumberOf({CauseStep::kRule, names[i]}), i);
      EXPECT_EQ(dictionary.NumberOf({CauseStep::kRule, names[i]}), i);
    }
  }
  EXPECT_EQ(dictionary.causes().size(), 40u);
  EXPECT_EQ(dictionary[17].name, "rule17");
}

TEST(CauseDictionaryTest, ACauseIsMoreThanItsName) {
  CauseDictionary dictionary;
  EXPECT_EQ(dictionary.NumberOf({CauseStep::kRule, "a"}), 0u);
  EXPECT_EQ(dictionary.NumberOf({CauseStep::kCascade, "a"}), 1u);
  EXPECT_EQ(dictionary.NumberOf({CauseStep::kRule, "a", /*widened=*/true}), 2u);
  EXPECT_EQ(dictionary.NumberOf({CauseStep::kRule, "a", true, /*condition_failed=*/true}), 3u);
  EXPECT_EQ(dictionary.NumberOf({CauseStep::kRule, "a"}), 0u);
}

}  // namespace
}  // namespace cache_invalidation::engine
