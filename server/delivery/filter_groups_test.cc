// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/filter_groups.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/history_builder.h"

namespace cache_invalidation::delivery {
namespace {

std::shared_ptr<FilterGroup> Group(Filter filter) {
  return std::make_shared<FilterGroup>(std::make_shared<const Filter>(std::move(filter)),
                                       std::make_shared<TargetsCache>(1 << 20));
}

using Runs = std::vector<PassingParts::Run>;

TEST(FilterGroupTest, AnEntryPassesAsAWholeIfOneOfItsTargetsDoes) {
  HistoryBuilder history("shop");
  const auto chunk = history
                         .Add({
                             {.tags = {"order:1"}},                      // 0
                             {.tags = {"order:1", "user:42"}},           // 1
                             {.tags = {"user"}},                         // 2
                             {.tags = {"user:7"}},                       // 3
                             {.everything = true},                       // 4
                             {.tags = {"order:2"}, .keys = {"cart:1"}},  // 5
                             {.keys = {"page:1"}},                       // 6
                             {.patterns = {"page:.*"}},                  // 7
                             {.patterns = {"ca.*"}},                     // 8
                             {.patterns = {".*"}},                       // 9
                         })
                         .front();
  EXPECT_EQ(Group(Filter({"user:42"}, {"cart:"}))->Passing(chunk)->runs,
            Runs({{1, 3}, {4, 6}, {8, 10}}));
  EXPECT_EQ(Group(Filter({"user:42"}, {}))->Passing(chunk)->runs, Runs({{1, 3}, {4, 10}}))
      << "no key prefixes: every key and pattern passes";
  EXPECT_EQ(Group(Filter({}, {"cart:"}))->Passing(chunk)->runs, Runs({{0, 6}, {8, 10}}));
}

TEST(FilterGroupTest, WhatItCannotReadPasses) {
  auto chunk = std::make_shared<wire::Chunk>();
  chunk->bytes = "\xFF\xFF\xFF";
  chunk->parts.push_back({0, 3, 1, 0, true});
  EXPECT_EQ(Group(Filter({"user"}, {"k"}))->Passing(chunk)->runs, Runs({{0, 1}}));
}

TEST(FilterGroupTest, KeepsWhatItWorkedOut) {
  HistoryBuilder history("shop");
  const auto group = Group(Filter({"tag:1"}, {}));
  const auto first = history.Add(TagEvents("tag:", 3)).front();
  const auto passing = group->Passing(first);
  EXPECT_EQ(group->Passing(first), passing);
  const auto second = history.Add(TagEvents("tag:", 3)).front();
  EXPECT_NE(group->Passing(second), passing);
  EXPECT_EQ(group->Passing(first), passing);
}

TEST(ChunkCacheTest, IsBoundedAndKeepsTheNewest) {
  struct Value {
    int made = 0;
    size_t bytes() const { return 10; }
  };
  ChunkCache<Value> cache(25);
  int made = 0;
  const auto get = [&](uint64_t revision) {
    wire::Chunk chunk;
    chunk.parts.push_back({0, 0, revision, 0, true});
    return cache.Get(chunk, [&] { return Value{++made}; })->made;
  };
  EXPECT_EQ(get(1), 1);
  EXPECT_EQ(get(2), 2);
  EXPECT_EQ(get(1), 1);
  EXPECT_EQ(get(3), 3);  // 1 leaves
  EXPECT_EQ(get(2), 2);
  EXPECT_EQ(get(1), 4);  // 2 leaves
  EXPECT_EQ(get(3), 3);

  ChunkCache<Value> tiny(1);
  wire::Chunk chunk;
  chunk.parts.push_back({0, 0, 1, 0, true});
  EXPECT_EQ(tiny.Get(chunk, [] { return Value{1}; })->made, 1);
  EXPECT_EQ(tiny.Get(chunk, [] { return Value{2}; })->made, 1) << "the newest always stays";
}

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
