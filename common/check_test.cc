// SPDX-License-Identifier: Apache-2.0

#include "common/check.h"

#include <gtest/gtest.h>

namespace cache_invalidation {
namespace {

TEST(Check, DoesNothingWhenTheConditionHolds) { Check(true, "always"); }

TEST(CheckDeathTest, NamesTheCallerAndWhatShouldHaveHeld) {
  EXPECT_DEATH(Check(1 > 2, "one is above two"),
               "common/check_test.cc:[0-9]+: check failed: one is above two");
}

}  // namespace
}  // namespace cache_invalidation
