// SPDX-License-Identifier: Apache-2.0

// Which fills are kept, and their effect.

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/engine/testing/engine_script.h"

namespace cache_invalidation::engine {
namespace {

using ::testing::ElementsAre;

AddCacheDependency Declaration(absl::string_view key, absl::string_view on, uint64_t position) {
  AddCacheDependency command;
  command.key = key;
  command.depends_on.keys = {on};
  command.position = PositionView{EngineScript::kEpoch, position};
  return command;
}

// Only FRESH permits use: a value computed from a stale entry has a position after the mark.
TEST(StaleSourceTest, WhatWasComputedFromItIsRefusedUntilItIsFilledAnew) {
  EngineScript script;
  script.Track("row", {"user:1"});
  script.Invalidate({"user:1"}, {}, Strategy::kLazy);
  script.TrackAt(1, "page", {}, {"row"});
  EXPECT_EQ(script.moved(), "row");
  EXPECT_EQ(script.Lookup("page"), "ABSENT");
  script.TrackAt(1, "row", {"user:1"});
  EXPECT_EQ(script.moved(), "") << "the row itself was loaded anew";
  script.TrackAt(1, "page", {}, {"row"});
  EXPECT_EQ(script.moved(), "");
}

TEST(StaleSourceTest, HoweverItWasMarked) {
  for (const int how : {0, 1, 2}) {
    EngineScript script;
    script.Track("row", {"user:1"});
    if (how == 0) script.Invalidate({}, {"row"}, Strategy::kLazy);
    if (how == 1) script.InvalidatePattern("r.w", Strategy::kLazy);
    if (how == 2) script.InvalidateEverything(Strategy::kLazy);
    script.TrackAt(1, "page", {}, {"row"});
    EXPECT_EQ(script.moved(), "row") << how;
  }
}

TEST(StaleSourceTest, AlsoFarBehind) {
  EngineScript script;
  script.Track("row", {"user:1"});
  script.Depend("list", {"row"});
  script.Invalidate({"user:1"}, {}, Strategy::kLazy);
  script.TrackAt(1, "page", {}, {"list"});
  EXPECT_EQ(script.moved(), "list");
}

TEST(StaleSourceTest, AlsoWhenTheMarkIsNoLongerRetained) {
  EngineScript script;
  script.Track("row", {"user:1"});
  script.Invalidate({"user:1"}, {}, Strategy::kLazy);
  script.Do(Sweep{100, /*floor=*/1});
  script.TrackAt(1, "page", {}, {"row"});
  EXPECT_EQ(script.moved(), "row");
}

TEST(StaleSourceTest, ALateDependencyOnItIsInvalidatedAtOnce) {
  EngineScript script;
  script.Track("row", {"user:1"});
  script.Invalidate({"user:1"}, {}, Strategy::kLazy);
  EXPECT_THAT(script.Do(Declaration("page", "row", 1)),
              ElementsAre("2 EVICT key page <DEPENDENCY_MOVED>"));
}

// An event that would be too large becomes *everything*.
TEST(FillTest, WhatAnEventOfItsOwnCallEvictedWithEverythingIsRefused) {
  EngineScript script;
  script.Write("user", "1");
  const std::string tail(kMaxKeyBytes - 10, 'x');
  const std::string source = absl::StrCat("source", tail);
  for (int i = 0; i < 35'000; ++i) script.Depend(absl::StrCat(i, tail), {source});
  TrackEntries command;
  command.entries.resize(2);
  command.entries[0].key = "page";
  command.entries[0].tags = {"a:1"};
  command.entries[1].key = source;
  command.entries[1].tags = {"user:1"};
  command.entries[1].position = PositionView{EngineScript::kEpoch, 0};
  ASSERT_THAT(script.Do(command), ElementsAre("2 EVICT everything <LIMIT~>"));
  const auto& result = script.result<TrackEntriesResult>();
  EXPECT_EQ(script.Lookup("page"), "ABSENT");
  EXPECT_EQ(result.results[0].outcome, FillOutcome::kRefusedMoved);
  EXPECT_EQ(result.results[0].moved, "page");
}

}  // namespace
}  // namespace cache_invalidation::engine
