// SPDX-License-Identifier: Apache-2.0

// Events that evict more entries than they remove: the remaining ones, dead, behave as absent.

#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/engine/limits.h"
#include "server/engine/testing/engine_script.h"

namespace cache_invalidation::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Limits EndsNone() {
  Limits limits;
  limits.ended_at_once = 0;
  return limits;
}

size_t EntryRows(const Delta& delta) {
  size_t rows = 0;
  for (const RecordChange& change : delta) {
    rows += std::holds_alternative<EntryRecord>(change.record);
  }
  return rows;
}

TEST(LazyEvictionTest, AnEventEndsNoMoreThanItsShare) {
  EngineScript script;
  constexpr uint64_t kEnded = kEndedAtOnce / 2;  // each has an edge
  constexpr uint64_t kPages = kEnded + 500;
  for (uint64_t i = 0; i < kPages; ++i) script.Track(absl::StrCat("page", i), {}, {"row"});
  EXPECT_THAT(script.Invalidate({}, {"row"}), SizeIs(kPages + 1));
  EXPECT_EQ(EntryRows(script.applied().delta), kEnded);
  EXPECT_EQ(script.Stats().tracked_entries, 500) << "in the table until they are swept";
  for (uint64_t i = 0; i < kPages; ++i) {
    ASSERT_EQ(script.Lookup(absl::StrCat("page", i)), "ABSENT") << i;
  }
  EXPECT_THAT(script.Invalidate({}, {"row"}), SizeIs(1)) << "their edges do not count";
  do script.Do(Sweep{kSweepKeys});
  while (!script.result<SweepResult>().finished);
  EXPECT_EQ(script.Stats().tracked_entries, 0);
  EXPECT_EQ(script.Stats().dependency_edges, 0);
}

// Entries that an event reaches only through their tags have as many parts as any others.
TEST(LazyEvictionTest, EntriesThatTheEventDoesNotNameTakeTheirPartsOfTheShare) {
  Limits limits;
  limits.ended_at_once = 5;
  EngineScript script(limits);
  for (const char* key : {"a", "b", "c"}) {
    script.Track(key, {"x", "y", "z"});
    script.Depend(absl::StrCat("page of ", key), {key});
  }
  script.Invalidate({"x"});
  EXPECT_EQ(EntryRows(script.applied().delta), 2) << "four parts each";
  for (const char* key : {"a", "b", "c"}) EXPECT_EQ(script.Lookup(key), "ABSENT") << key;
}

TEST(LazyEvictionTest, AFillOfADeadEntryStartsFromNothing) {
  EngineScript script(EndsNone());
  script.Track("page", {"old"}, {"row"});
  script.Invalidate({}, {"page"});
  EXPECT_THAT(EntryRows(script.applied().delta), 0);
  script.Track("page", {"new"});
  script.Invalidate({"old"});
  script.Invalidate({}, {"row"});
  EXPECT_EQ(script.Lookup("page"), "FRESH");
  EXPECT_EQ(script.Stats().dependency_edges, 0);
}

TEST(LazyEvictionTest, ADeadEntryHandsNothingOn) {
  EngineScript script(EndsNone());
  script.Track("row", {"user:1"});
  script.Depend("page", {"row"});
  script.Invalidate({}, {"row"});
  EXPECT_THAT(script.Invalidate({"user:1"}), ElementsAre("2 EVICT tag user:1 <CALL>"));
  script.TrackAt(1, "other", {}, {"row"});
  EXPECT_EQ(script.result<TrackEntriesResult>().results[0].outcome, FillOutcome::kKept);
}

// No event names the key, so its eviction is stored.
TEST(LazyEvictionTest, WhatAPatternHitsIsRemembered) {
  EngineScript script(EndsNone());
  script.Track("page", {"user:1"});
  script.InvalidatePattern("p.*");
  EXPECT_EQ(script.Lookup("page"), "ABSENT");
  bool remembered = false;
  for (const RecordChange& change : script.applied().delta) {
    const auto* row = std::get_if<KeyRevisionRecord>(&change.record);
    remembered = remembered || (row != nullptr && row->key == "page" && row->evicted == 1);
  }
  EXPECT_TRUE(remembered);
}

// The command has to make room.
TEST(LazyEvictionTest, WhatIsDroppedForALimitEndsAtOnce) {
  Limits limits = EndsNone();
  limits.entries = 2;
  EngineScript script(limits);
  script.Track("a", {});
  script.Track("b", {});
  EXPECT_THAT(script.Track("c", {}), ElementsAre("1 EVICT key a <LIMIT>"));
  EXPECT_EQ(script.Stats().tracked_entries, 2);
}

TEST(LazyEvictionTest, AFillThatItsOwnCallEvictedIsRefused) {
  EngineScript script(EndsNone());
  script.Invalidate({"x"});
  TrackEntries command;
  command.entries.resize(2);
  command.entries[0].key = "page";
  command.entries[0].depends_on.keys = {"row"};
  command.entries[1].key = "row";
  command.entries[1].tags = {"x"};
  command.entries[1].position = PositionView{EngineScript::kEpoch, 0};
  EXPECT_THAT(script.Do(command), ElementsAre("2 EVICT key page <DEPENDENCY(row)>"));
  for (const TrackResult& result : script.result<TrackEntriesResult>().results) {
    EXPECT_EQ(result.outcome, FillOutcome::kRefusedMoved) << result.key;
  }
}

// An event that would be too large becomes *everything*, whatever it would have named.
TEST(LargeEventTest, SpreadingEndsWhereTheEventIsTooLarge) {
  Limits limits;
  limits.event_bytes = 10'000;
  EngineScript script(limits);
  for (int i = 0; i < 300; ++i) script.Depend(absl::StrCat("page", i), {"row"});
  EXPECT_THAT(script.Invalidate({}, {"row"}, Strategy::kLazy),
              ElementsAre("1 MARK_STALE everything <LIMIT~>"));
  EXPECT_THAT(script.Invalidate({}, {"row"}), ElementsAre("2 EVICT everything <LIMIT~>"));
  EXPECT_EQ(script.Stats().widened, 2);
  // A refused fill is not named itself, but its dependents are evicted.
  script.TrackAt(0, "row", {});
  EXPECT_THAT(Lines(script.applied().events), ElementsAre("3 EVICT everything <LIMIT~>"));
}

}  // namespace
}  // namespace cache_invalidation::engine
