// SPDX-License-Identifier: Apache-2.0

#include "client/internal/cache/change.h"

#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client::internal {
namespace {

TEST(ChangeTest, SortsTheTargetsOfAnEvent) {
  CompiledPatterns compiled(10);
  const Event event{.revision = 1,
                    .invalidations = {{InvalidationKind::kEvict, TargetKind::kTag, "user:1"},
                                      {InvalidationKind::kMarkStale, TargetKind::kTag, "page"},
                                      {InvalidationKind::kMarkStale, TargetKind::kKey, "k"},
                                      {InvalidationKind::kEvict, TargetKind::kPattern, "a.*"}}};
  const Change change = ChangeOf(event, compiled);
  ASSERT_EQ(change.tags.size(), 2u);
  EXPECT_EQ(change.tags[0].name, "user:1");
  EXPECT_TRUE(change.tags[0].evicts);
  EXPECT_FALSE(change.tags[1].evicts);
  ASSERT_EQ(change.keys.size(), 1u);
  EXPECT_FALSE(change.keys[0].evicts);
  ASSERT_EQ(change.patterns.size(), 1u);
  EXPECT_TRUE(change.patterns[0].pattern.Matches("abc"));
  EXPECT_FALSE(change.evicts_everything);
}

TEST(ChangeTest, EverythingHasTwoKinds) {
  CompiledPatterns compiled(10);
  Event event{.invalidations = {{InvalidationKind::kMarkStale, TargetKind::kEverything, ""}}};
  EXPECT_TRUE(ChangeOf(event, compiled).marks_everything);
  EXPECT_FALSE(ChangeOf(event, compiled).evicts_everything);
  event.invalidations[0].kind = InvalidationKind::kEvict;
  EXPECT_TRUE(ChangeOf(event, compiled).evicts_everything);
}

TEST(ChangeTest, TakesAPatternThatItCannotCompileAsEverything) {
  CompiledPatterns compiled(10);
  const Event event{.invalidations = {{InvalidationKind::kMarkStale, TargetKind::kPattern, "(?=a)"},
                                      {InvalidationKind::kEvict, TargetKind::kPattern, ""}}};
  const Change change = ChangeOf(event, compiled);
  EXPECT_TRUE(change.patterns.empty());
  EXPECT_TRUE(change.marks_everything);
  EXPECT_TRUE(change.evicts_everything);
}

TEST(ChangeTest, TakesTooManyPatternsAsEverything) {
  CompiledPatterns compiled(10);
  Event event;
  for (size_t i = 0; i < kMaxCompiledPatterns; ++i) {
    event.invalidations.push_back(
        {InvalidationKind::kEvict, TargetKind::kPattern, absl::StrCat("a", i, ".*")});
  }
  EXPECT_FALSE(ChangeOf(event, compiled).evicts_everything);
  event.invalidations.push_back({InvalidationKind::kEvict, TargetKind::kPattern, "b"});
  EXPECT_TRUE(ChangeOf(event, compiled).evicts_everything);
}

TEST(ChangeTest, EvictsWhatTheApplicationNames) {
  const std::vector<std::string> tags = {"a"};
  const std::vector<std::string> keys = {"k"};
  const Change change = ChangeOf(tags, keys);
  EXPECT_TRUE(change.tags.at(0).evicts);
  EXPECT_TRUE(change.keys.at(0).evicts);
}

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
