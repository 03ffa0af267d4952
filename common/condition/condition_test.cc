#include "common/condition/condition.h"

#include <gtest/gtest.h>

#include <string>

#include "common/limits.h"

namespace cache_invalidation {
namespace {

TEST(Condition, OnlyTheEmptyOneIsSupported) {
  EXPECT_TRUE(CheckCondition("").ok());
  EXPECT_EQ(CheckCondition("operation == \"delete\"").code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(CheckCondition(" ").code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(CheckCondition(std::string(kMaxConditionBytes + 1, 'x')).code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace cache_invalidation
