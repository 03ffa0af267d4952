#include "common/condition/errors.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cache_invalidation::condition {
namespace {

TEST(ClosestName, FindsTheClosest) {
  const std::vector<absl::string_view> names = {"operation", "context", "tags", "resource_type",
                                                "resource_id"};
  EXPECT_EQ(ClosestName("contxt", names), "context");
  EXPECT_EQ(ClosestName("contextt", names), "context");
  EXPECT_EQ(ClosestName("cotnext", names), "context");
  EXPECT_EQ(ClosestName("Context", names), "context");
  EXPECT_EQ(ClosestName("tag", names), "tags");
  EXPECT_EQ(ClosestName("resource_ids", names), "resource_id");
  EXPECT_EQ(ClosestName("resourceType", names), "resource_type");
}

TEST(ClosestName, IsEmptyIfNothingIsClose) {
  const std::vector<absl::string_view> names = {"operation", "context", "a"};
  EXPECT_EQ(ClosestName("fields_changed", names), "");
  EXPECT_EQ(ClosestName("user", names), "");
  EXPECT_EQ(ClosestName("user", {}), "");
  EXPECT_EQ(ClosestName(std::string(1000, 'a'), names), "");
}

TEST(ClosestName, TakesTheFirstOfSeveral) {
  const std::vector<absl::string_view> names = {"abd", "abe"};
  EXPECT_EQ(ClosestName("abc", names), "abd");
}

}  // namespace
}  // namespace cache_invalidation::condition
