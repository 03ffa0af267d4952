#include "client/internal/cache/subscription_filter.h"

#include "gtest/gtest.h"

namespace cache_invalidation::client::internal {
namespace {

TEST(SubscriptionFilterTest, WithoutListsEverythingPasses) {
  EXPECT_TRUE(SubscriptionFilter().Passes("k", {.tags = {"a"}, .keys = {"b"}}));
}

TEST(SubscriptionFilterTest, EveryTagHasToStandAboveOrBelowOneOfTheFilter) {
  const SubscriptionFilter filter({"a:b", "x"}, {});
  EXPECT_TRUE(filter.Passes("k", {.tags = {"a:b", "a:b:c", "a", "x:1"}, .keys = {"any"}}));
  EXPECT_FALSE(filter.Passes("k", {.tags = {"a:b", "a:c"}}));
  EXPECT_FALSE(filter.Passes("k", {.tags = {"xy"}}));
  EXPECT_TRUE(filter.Passes("k", {}));
}

TEST(SubscriptionFilterTest, EveryKeyHasToHaveAPrefix) {
  const SubscriptionFilter filter({}, {"page:", "user:"});
  EXPECT_TRUE(filter.Passes("page:1", {.tags = {"any"}, .keys = {"user:1"}}));
  EXPECT_FALSE(filter.Passes("other", {}));
  EXPECT_FALSE(filter.Passes("page:1", {.keys = {"user:1", "other"}}));
}

}  // namespace
}  // namespace cache_invalidation::client::internal
