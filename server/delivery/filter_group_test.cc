#include "server/delivery/filter_group.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

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

}  // namespace
}  // namespace cache_invalidation::delivery
