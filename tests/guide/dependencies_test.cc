// SPDX-License-Identifier: Apache-2.0

// "Add Cache Dependencies", "Cascade Invalidation with Dependencies".

#include "tests/guide/guide_test.h"

namespace cache_invalidation {
namespace {

using client::KeyInvalidation;

TEST_F(GuideTest, ADependentFollowsWhatItWasComputedFrom) {
  const auto added = client_.AddCacheDependency("computed_result", {"base_data", "config"});
  ASSERT_TRUE(added.ok()) << added.status();
  EXPECT_EQ(added->added, 4u) << "each name stands for a key and a tag";
  EXPECT_EQ(EventOf(client_.Invalidate({.keys = {"base_data"}})),
            Strings({"evict key base_data", "evict key computed_result"}));
  EXPECT_EQ(EventOf(client_.Invalidate({.tags = {"config"}})),
            Strings({"evict tag config", "evict key computed_result"}))
      << "declarations outlive invalidations";
}

TEST_F(GuideTest, AKeyAndAllItsDependents) {
  ASSERT_TRUE(client_.AddCacheDependency("computed_result", {"base_data", "config"}).ok());
  ASSERT_TRUE(client_.AddCacheDependency("report", {"computed_result"}).ok());
  const absl::StatusOr<KeyInvalidation> all =
      client_.InvalidateWithDependencies("base_data", /*recursive=*/true);
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_EQ(all->invalidated, 3u);
  EXPECT_EQ(all->dependents_left, 0u);
  EXPECT_EQ(EventOf(all),
            Strings({"evict key base_data", "evict key computed_result", "evict key report"}));

  const absl::StatusOr<KeyInvalidation> one =
      client_.InvalidateWithDependencies("base_data", /*recursive=*/false);
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(one->invalidated, 1u);
  EXPECT_EQ(one->dependents_left, 2u);
}

TEST_F(GuideTest, AWriteReachesDependents) {
  ASSERT_TRUE(client_.AddCacheDependency("page:home", {"user:1"}).ok());
  const auto written = client_.InvalidateByWrite("user", "1", "update");
  EXPECT_EQ(EventOf(written).back(), "evict key page:home");
  EXPECT_EQ(CausesAt(written->position.revision).back(), "evict key page:home: dependency user:1");
}

TEST_F(GuideTest, ACascadeFollowsRelationshipsAndDependencies) {
  // Strategy CASCADE: the default rule's target "computed" expands through its own relationships.
  ASSERT_TRUE(
      client_.RegisterDataRelationship({.source_type = "computed", .target_types = {"chart"}})
          .ok());
  ASSERT_TRUE(client_.AddCacheDependency("dashboard", {"chart"}).ok());
  EXPECT_EQ(EventOf(client_.InvalidateByWrite("product", "1", "update")),
            Strings({"evict tag product:#all", "evict tag product:1", "evict tag chart",
                     "evict tag computed", "evict tag query", "evict key dashboard"}));
}

TEST_F(GuideTest, ACycleIsLegalAndReported) {
  ASSERT_TRUE(client_.AddCacheDependency({.key = "a", .depends_on = {.keys = {"b"}}}).ok());
  EXPECT_EQ(
      client_.AddCacheDependency({.key = "b", .depends_on = {.keys = {"a"}}})->warnings.size(), 1u);
  EXPECT_EQ(client_.InvalidateWithDependencies("a")->invalidated, 2u);
  EXPECT_EQ(client_.AddCacheDependency("a", {"a"}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace cache_invalidation
