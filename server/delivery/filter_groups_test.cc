#include "server/delivery/filter_groups.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::delivery {
namespace {

std::shared_ptr<FilterGroups> Groups() {
  return std::make_shared<FilterGroups>(std::make_shared<TargetsCache>(1 << 20));
}

TEST(FilterGroupsTest, EqualFiltersShareAGroup) {
  const auto groups = Groups();
  const auto group = groups->Of(Filter({"a", "b"}, {}));
  EXPECT_EQ(groups->Of(Filter({"b", "a"}, {})), group);
  EXPECT_NE(groups->Of(Filter({"a"}, {})), group);
  EXPECT_EQ(groups->Of(Filter()), nullptr);
}

TEST(FilterGroupsTest, AGroupGoesWithTheLastWhoHoldsIt) {
  const auto groups = Groups();
  auto first = groups->Of(Filter({"a"}, {}));
  auto second = groups->Of(Filter({"a"}, {}));
  EXPECT_EQ(groups->size(), 1);
  first.reset();
  EXPECT_EQ(groups->size(), 1);
  second.reset();
  EXPECT_EQ(groups->size(), 0) << "nothing of it stays, whoever comes later";
  EXPECT_NE(groups->Of(Filter({"a"}, {})), nullptr);
}

TEST(FilterGroupsTest, AGroupMayOutliveTheOthers) {
  auto groups = Groups();
  const auto group = groups->Of(Filter({"a"}, {}));
  groups.reset();
  EXPECT_EQ(group->filter(), Filter({"a"}, {}));
}

}  // namespace
}  // namespace cache_invalidation::delivery
