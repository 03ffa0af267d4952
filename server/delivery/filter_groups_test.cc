#include "server/delivery/filter_groups.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::delivery {
namespace {

std::shared_ptr<FilterGroups> Groups(
    std::shared_ptr<FilterMemory> memory = std::make_shared<FilterMemory>()) {
  return std::make_shared<FilterGroups>(std::make_shared<TargetsCache>(1 << 20), std::move(memory));
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

// Two namespaces share the memory: neither may hold more than both leave free.
TEST(FilterGroupsTest, FiltersAreBoundedOverAllNamespaces) {
  const auto memory = std::make_shared<FilterMemory>();
  memory->max_bytes = 100'000;
  const auto one = Groups(memory);
  const auto other = Groups(memory);
  const auto filter = [](int number) {
    return Filter({std::to_string(number) + std::string(1'000, 'x')}, {});
  };
  std::vector<std::shared_ptr<FilterGroup>> held;
  while (one->HasRoomFor(filter(held.size()))) held.push_back(one->Of(filter(held.size())));
  EXPECT_GT(held.size(), 40u);
  EXPECT_LT(held.size(), 51u);
  EXPECT_TRUE(one->HasRoomFor(filter(0))) << "it is in use";
  EXPECT_TRUE(one->HasRoomFor(Filter()));
  EXPECT_TRUE(other->HasRoomFor(filter(0)));
  held.clear();
  EXPECT_EQ(memory->bytes, 0u);
  EXPECT_TRUE(one->HasRoomFor(filter(1)));
}

}  // namespace
}  // namespace cache_invalidation::delivery
