// SPDX-License-Identifier: Apache-2.0

// What is remembered of entries and declarations that end by themselves. A value computed from one
// must not be kept once it is not known what the key was computed from; nor must an old copy of the
// key.

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/engine/testing/engine_script.h"

namespace cache_invalidation::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Tracks a row with a tag and a TTL of a second.
void TrackRow(EngineScript& script, absl::string_view key, std::vector<absl::string_view> tags) {
  TrackEntries command;
  command.entries.resize(1);
  command.entries[0].key = key;
  command.entries[0].tags = std::move(tags);
  command.entries[0].ttl = absl::Seconds(1);
  EXPECT_THAT(script.Do(command), IsEmpty());
}

TEST(EndedEntryTest, WhatWasComputedFromItIsRefused) {
  for (const bool swept : {false, true}) {
    EngineScript script;
    script.Write("other", "1");
    TrackRow(script, "row", {"user:1"});
    script.Advance(absl::Seconds(2));
    if (swept) script.Do(Sweep{100});
    script.Write("user", "1");
    EXPECT_THAT(script.TrackAt(1, "page", {}, {"row"}), IsEmpty());
    EXPECT_EQ(script.moved(), "row") << swept;
    EXPECT_EQ(script.Lookup("page"), "ABSENT");
  }
}

TEST(EndedEntryTest, AlsoIfTheRowIsTrackedAgain) {
  EngineScript script;
  TrackRow(script, "row", {"user:1"});
  script.Advance(absl::Seconds(2));
  script.Write("user", "1");
  script.TrackAt(1, "row", {"user:2"});
  EXPECT_EQ(script.moved(), "") << "a new value was not computed from the old one";
  script.TrackAt(0, "page", {}, {"row"});
  EXPECT_EQ(script.moved(), "row");
}

TEST(EndedEntryTest, ARefusalGivesAPositionBehindTheEnd) {
  EngineScript script;
  TrackRow(script, "row", {"user:1"});
  script.Advance(absl::Seconds(2));
  EXPECT_THAT(script.TrackAt(0, "page", {}, {"row"}),
              ElementsAre("1 EVICT key page <FILL_REFUSED>"));
  EXPECT_THAT(script.TrackAt(1, "page", {}, {"row"}), IsEmpty());
  EXPECT_EQ(script.Lookup("page"), "FRESH");
  // If such a position exists, no event is emitted.
  EXPECT_THAT(script.TrackAt(0, "other", {}, {"row"}), IsEmpty());
  EXPECT_EQ(script.moved(), "row");
}

// Otherwise overlapping loads would refuse each other forever.
TEST(EndedEntryTest, ARefusalForAnotherReasonNamesNothing) {
  EngineScript script;
  script.Track("row", {"user:1"});
  script.Write("user", "2");
  script.Do(UntrackEntries{{"row"}});
  EXPECT_THAT(script.TrackAt(0, "page", {"user:2"}), IsEmpty());
  EXPECT_EQ(script.moved(), "user:2");
}

TEST(EndedEntryTest, UntrackingIsAnEnd) {
  EngineScript script;
  script.Track("row", {}, {"source"});
  script.Do(UntrackEntries{{"row"}});
  script.TrackAt(0, "page", {}, {"row"});
  EXPECT_EQ(script.moved(), "row");
}

TEST(EndedEntryTest, AnEntryThatStoodForNothingElseIsForgotten) {
  EngineScript script;
  script.Track("row", {});
  script.Do(UntrackEntries{{"row"}});
  EXPECT_THAT(script.TrackAt(0, "page", {}, {"row"}), IsEmpty());
  EXPECT_EQ(script.Lookup("page"), "FRESH");
}

TEST(EndedEntryTest, AnEntryThatSomethingNeedsHasNotEnded) {
  EngineScript script;
  TrackRow(script, "row", {"user:1"});
  script.Track("page", {}, {"row"});
  script.Advance(absl::Seconds(2));
  script.Do(Sweep{100});
  EXPECT_THAT(script.TrackAt(0, "other", {}, {"row"}), IsEmpty());
  EXPECT_THAT(script.Write("user", "1"), testing::Contains("1 EVICT key other <DEPENDENCY(row)>"));
}

TEST(EndedEntryTest, ALateDependencyEndsWhatDependsOnIt) {
  EngineScript script;
  TrackRow(script, "row", {"user:1"});
  script.Advance(absl::Seconds(2));
  AddCacheDependency command;
  command.key = "page";
  command.depends_on.keys = {"row"};
  command.position = PositionView{EngineScript::kEpoch, 0};
  EXPECT_THAT(script.Do(command), ElementsAre("1 EVICT key page <DEPENDENCY_MOVED>"));
  command.position->revision = 1;
  EXPECT_THAT(script.Do(command), IsEmpty());
}

// Whether a copy of the key, with these tags, counts as moved.
bool CopyMoved(EngineScript& script, uint64_t position, absl::string_view key,
               std::vector<absl::string_view> tags) {
  Validate query;
  query.position = PositionView{EngineScript::kEpoch, position};
  query.keys.resize(1);
  query.keys[0].key = key;
  query.keys[0].tags = std::move(tags);
  return script.Ask<ValidateResult>(query).keys_moved.at(0);
}

TEST(EndedEntryTest, AnOldCopyOfItHasMoved) {
  EngineScript script;
  TrackRow(script, "row", {"user:2"});
  script.Advance(absl::Seconds(2));
  script.Do(Sweep{100});
  script.Write("user", "2");
  script.TrackAt(1, "row", {"user:1"});
  EXPECT_EQ(script.Lookup("row"), "FRESH");
  EXPECT_TRUE(CopyMoved(script, 0, "row", {})) << "it may be the copy that carried user:2";
  EXPECT_TRUE(CopyMoved(script, 0, "row", {"user:1"}));
  EXPECT_FALSE(CopyMoved(script, 1, "row", {}));
}

TEST(EndedEntryTest, AnOldCopyHasMovedBeforeTheEndIsNoticed) {
  EngineScript script;
  TrackEntries command;
  command.entries.resize(1);
  command.entries[0].key = "row";
  command.entries[0].tags = {"a:1"};
  command.entries[0].depends_on.tags = {"user:1"};
  command.entries[0].ttl = absl::Seconds(1);
  script.Do(command);
  EXPECT_FALSE(CopyMoved(script, 0, "row", {"a:1"}));
  script.Advance(absl::Seconds(2));
  EXPECT_TRUE(CopyMoved(script, 0, "row", {"a:1"}));
  script.Write("user", "1");
  EXPECT_TRUE(CopyMoved(script, 0, "row", {"a:1"}));
}

TEST(EndedEntryTest, AnOldCopyOfAnUntrackedOneHasMoved) {
  EngineScript script;
  script.Track("row", {}, {"source"});
  script.Do(UntrackEntries{{"row"}});
  EXPECT_TRUE(CopyMoved(script, 0, "row", {"a:1"}));
}

TEST(EndedEntryTest, AnOldCopyOfAnEvictedOneHasMoved) {
  for (const bool refilled : {false, true}) {
    EngineScript script;
    script.Track("row", {"user:1"});
    script.Write("user", "1");
    if (refilled) script.Track("row", {"a:1"});
    EXPECT_TRUE(CopyMoved(script, 0, "row", {"a:1"})) << refilled;
    EXPECT_FALSE(CopyMoved(script, 1, "row", {"a:1"})) << refilled;
  }
}

TEST(EndedEntryTest, AnOldCopyOfAGhostThatIsNeededIsAsGoodAsTheGhost) {
  EngineScript script;
  TrackRow(script, "row", {"user:1"});
  script.Depend("page", {"row"});
  script.Advance(absl::Seconds(2));
  script.Do(Sweep{100});
  EXPECT_FALSE(CopyMoved(script, 0, "row", {"a:1"}));
  script.Write("user", "1");
  EXPECT_TRUE(CopyMoved(script, 0, "row", {"a:1"}));
}

// Declares for a second that the page was computed from the tag.
void DeclarePage(EngineScript& script) {
  AddCacheDependency command;
  command.key = "page";
  command.depends_on.tags = {"user:1"};
  command.ttl = absl::Seconds(1);
  EXPECT_THAT(script.Do(command), IsEmpty());
}

TEST(EndedDeclarationTest, WhatWasComputedFromTheKeyIsRefused) {
  for (const bool swept : {false, true}) {
    EngineScript script;
    script.Write("other", "1");
    DeclarePage(script);
    script.Advance(absl::Seconds(2));
    if (swept) script.Do(Sweep{100});
    script.Write("user", "1");
    script.TrackAt(1, "site", {}, {"page"});
    EXPECT_EQ(script.moved(), "page") << swept;
    EXPECT_TRUE(CopyMoved(script, 1, "page", {"a:1"})) << swept;
  }
}

TEST(EndedDeclarationTest, AlsoFarBehind) {
  EngineScript script;
  DeclarePage(script);
  script.Track("frame", {}, {"page"});
  script.Advance(absl::Seconds(2));
  script.Write("user", "1");
  script.TrackAt(0, "site", {}, {"frame"});
  EXPECT_EQ(script.moved(), "frame");
}

TEST(EndedDeclarationTest, AlsoIfItIsDeclaredAgain) {
  EngineScript script;
  DeclarePage(script);
  script.Advance(absl::Seconds(2));
  script.Write("user", "1");
  DeclarePage(script);
  script.TrackAt(0, "site", {}, {"page"});
  EXPECT_EQ(script.moved(), "page");
  script.TrackAt(2, "site", {}, {"page"});
  EXPECT_EQ(script.moved(), "");
}

TEST(EndedDeclarationTest, TakingItBackIsAnEnd) {
  EngineScript script;
  DeclarePage(script);
  RemoveCacheDependency command;
  command.key = "page";
  script.Do(command);
  script.Write("user", "1");
  script.TrackAt(0, "site", {}, {"page"});
  EXPECT_EQ(script.moved(), "page");
}

TEST(EndedDeclarationTest, ARefusalGivesAPositionBehindTheEnd) {
  EngineScript script;
  DeclarePage(script);
  script.Advance(absl::Seconds(2));
  EXPECT_THAT(script.TrackAt(0, "site", {}, {"page"}),
              ElementsAre("1 EVICT key site <FILL_REFUSED>"));
  EXPECT_THAT(script.TrackAt(1, "site", {}, {"page"}), IsEmpty());
  EXPECT_EQ(script.Lookup("site"), "FRESH");
}

TEST(EndedEntryTest, BeyondTheLimitItMayHaveBeenAnyKey) {
  Limits limits;
  limits.remembered_ends = 2;
  EngineScript script(limits);
  for (const std::string key : {"a", "b", "c"}) {
    script.Track(key, {"t"});
    script.Do(UntrackEntries{{key}});
    script.Write("other", "1");
  }
  // The end of "a" at revision 0 is forgotten, that of "b" is not.
  EXPECT_THAT(script.TrackAt(0, "page", {}, {"unknown"}), IsEmpty());
  EXPECT_EQ(script.moved(), "unknown");
  EXPECT_THAT(script.TrackAt(1, "page", {}, {"unknown"}), IsEmpty());
  EXPECT_EQ(script.moved(), "");
  script.TrackAt(1, "page", {}, {"b"});
  EXPECT_EQ(script.moved(), "b");
}

TEST(EndedEntryTest, TheFloorForgetsIt) {
  EngineScript script;
  script.Track("row", {"t"});
  script.Do(UntrackEntries{{"row"}});
  script.Write("other", "1");
  script.Do(Sweep{100});
  EXPECT_THAT(script.engine().DumpForTest(), HasSubstr("key row ended=1"));
  script.Do(Sweep{100, /*floor=*/1});
  EXPECT_THAT(script.engine().DumpForTest(), Not(HasSubstr("key row")));
  EXPECT_THAT(script.TrackAt(1, "page", {}, {"row"}), IsEmpty());
  EXPECT_EQ(script.Lookup("page"), "FRESH");
}

}  // namespace
}  // namespace cache_invalidation::engine
