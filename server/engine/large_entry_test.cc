// SPDX-License-Identifier: Apache-2.0

// Entries that collect names with every fill: what a command writes of them is bounded.

#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/engine/testing/engine_script.h"

namespace cache_invalidation::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Limits NamesPerEntry(uint64_t most) {
  Limits limits;
  limits.names_per_entry = most;
  return limits;
}

std::vector<std::string> TagsOf(EngineScript& script, absl::string_view key) {
  return script.Ask<LookupEntryResult>(LookupEntry{key}).tags;
}

TrackedEntry EntryOf(absl::string_view key, std::vector<absl::string_view> tags) {
  TrackedEntry entry;
  entry.key = key;
  entry.tags = std::move(tags);
  return entry;
}

// The keys of entry rows, in the order of the delta.
std::vector<std::string> KeysOfRows(const Delta& delta) {
  std::vector<std::string> keys;
  for (const RecordChange& change : delta) {
    if (const auto* row = std::get_if<EntryRecord>(&change.record)) keys.push_back(row->key);
  }
  return keys;
}

TEST(LargeEntryTest, BeginsAnewWithTheFillThatIsTooMuch) {
  EngineScript script(NamesPerEntry(3));
  script.Track("list", {"row:1", "row:2"}, {"source"});
  script.Depend("page", {"list"});
  EXPECT_THAT(script.Track("list", {"row:2", "row:1"}, {"source"}), IsEmpty()) << "nothing is new";
  EXPECT_THAT(script.Track("list", {"row:3"}),
              ElementsAre("1 EVICT key list <LIMIT>", "1 EVICT key page <DEPENDENCY(list)>"));
  EXPECT_EQ(script.applied().events[0].source, EventSource::kLimit);
  EXPECT_EQ(script.result<TrackEntriesResult>().results[0].outcome, FillOutcome::kKept);
  EXPECT_EQ(script.result<TrackEntriesResult>().dropped, 1);
  EXPECT_EQ(script.Stats().dropped_entries, 1);
  EXPECT_EQ(script.Stats().refused_fills, 0);
  EXPECT_EQ(script.Lookup("list"), "FRESH");
  EXPECT_THAT(TagsOf(script, "list"), ElementsAre("row:3"));
  script.Write("row", "1");
  EXPECT_EQ(script.Lookup("list"), "FRESH") << "it is no longer computed from that";
}

TEST(LargeEntryTest, ASingleFillMayNameMore) {
  EngineScript script(NamesPerEntry(1));
  EXPECT_THAT(script.Track("list", {"row:1", "row:2"}, {"source"}), IsEmpty());
  EXPECT_THAT(TagsOf(script, "list"), ElementsAre("row:1", "row:2"));
}

TEST(LargeEntryTest, ALazyMarkDoesNotKeepWhatEveryFillNamed) {
  EngineScript script(NamesPerEntry(409));
  for (int i = 0; i < 50; ++i) {
    std::vector<std::string> tags;
    for (int j = 0; j < 11; ++j) tags.push_back(absl::StrCat("row:", i, "-", j));
    script.Track("list", {tags.begin(), tags.end()});
    script.Invalidate({}, {"list"}, Strategy::kLazy);
  }
  EXPECT_LE(TagsOf(script, "list").size(), 409);
  EXPECT_EQ(script.Stats().dropped_entries, 1);
}

// An earlier fill of the call is evicted with its entry, and so is what the call computed from it.
TEST(LargeEntryTest, OfOneCallOnlyTheFillsBehindStand) {
  EngineScript script(NamesPerEntry(2));
  TrackEntries command;
  command.entries = {EntryOf("list", {"a", "b"}), EntryOf("page", {}), EntryOf("list", {"c"}),
                     EntryOf("list", {"d"}), EntryOf("list", {"e"})};
  command.entries[1].depends_on.keys = {"list"};
  EXPECT_THAT(script.Do(command),
              ElementsAre("1 EVICT key list <LIMIT>", "1 EVICT key page <DEPENDENCY(list)>"));
  std::vector<bool> kept;
  for (const TrackResult& result : script.result<TrackEntriesResult>().results) {
    kept.push_back(result.outcome == FillOutcome::kKept);
    EXPECT_EQ(result.moved, kept.back() ? "" : result.key);
  }
  EXPECT_THAT(kept, ElementsAre(false, false, true, true, false));
  EXPECT_EQ(script.Stats().refused_fills, 3);
  EXPECT_THAT(TagsOf(script, "list"), ElementsAre("c", "d"));
}

// What the entry was computed from is not known any more.
TEST(LargeEntryTest, WhatWasComputedFromOneThatGoesIsRefused) {
  EngineScript script(NamesPerEntry(2));
  script.Track("a", {"x", "y"});
  script.Track("b", {"x", "y"});
  TrackEntries command;
  command.entries = {EntryOf("a", {"z"}), EntryOf("b", {"z"})};
  command.entries[1].depends_on.keys = {"a"};
  script.Do(command);
  const auto& results = script.result<TrackEntriesResult>().results;
  EXPECT_EQ(results[0].outcome, FillOutcome::kKept);
  EXPECT_EQ(results[1].outcome, FillOutcome::kRefusedMoved);
  EXPECT_EQ(script.Lookup("b"), "ABSENT");
}

TEST(LargeEntryTest, OneCallIsOneEvent) {
  EngineScript script(NamesPerEntry(1));
  script.Depend("p", {"a", "b"});
  for (absl::string_view key : {"b", "a"}) script.Track(key, {"x"});
  TrackEntries command;
  command.entries = {EntryOf("b", {"y"}), EntryOf("a", {"y"})};
  EXPECT_THAT(script.Do(command), ElementsAre("1 EVICT key a <LIMIT>", "1 EVICT key b <LIMIT>",
                                              "1 EVICT key p <DEPENDENCY(a)>"));
}

TEST(RowsTest, EachIsWrittenOnceByKey) {
  EngineScript script;
  TrackEntries command;
  for (absl::string_view key : {"c", "a", "c", "b", "a", "c"}) {
    command.entries.push_back(EntryOf(key, {"x"}));
  }
  script.Do(command);
  EXPECT_THAT(KeysOfRows(script.applied().delta), ElementsAre("a", "b", "c"));
}

// A thousand fills of one key with 128 tags each would otherwise write gigabytes of rows.
TEST(RowsTest, FillsOfOneKeyWriteNoMoreThanItsNames) {
  EngineScript script(NamesPerEntry(64));
  std::vector<std::string> tags;
  for (size_t i = 0; i < kMaxEntriesPerCall; ++i) tags.push_back(absl::StrCat("tag", i));
  TrackEntries command;
  for (const std::string& tag : tags) command.entries.push_back(EntryOf("k", {tag}));
  script.Do(command);
  ASSERT_THAT(KeysOfRows(script.applied().delta), ElementsAre("k"));
  EXPECT_LE(TagsOf(script, "k").size(), 64);
}

// Every fill writes all names of its entry.
TEST(RowsTest, FillsThatFindALotBeginAnew) {
  EngineScript script;
  std::vector<std::string> tags;
  for (size_t i = 0; i < kMaxTagsPerEntry; ++i) {
    tags.push_back(absl::StrCat(std::string(kMaxTagBytes - 5, 't'), i));
  }
  TrackEntries fat;
  TrackEntries thin;
  std::vector<std::string> keys;
  for (size_t i = 0; i < 2 * kMaxFoundBytesPerCall / (kMaxTagsPerEntry * kMaxTagBytes); ++i) {
    keys.push_back(absl::StrCat("k", i));
  }
  for (const std::string& key : keys) {
    fat.entries.push_back(EntryOf(key, {tags.begin(), tags.end()}));
    thin.entries.push_back(EntryOf(key, {}));
  }
  script.Do(fat);
  script.Do(thin);
  size_t bytes = 0;
  for (const RecordChange& change : script.applied().delta) {
    const auto* row = std::get_if<EntryRecord>(&change.record);
    if (row == nullptr || change.deleted) continue;
    for (const std::string& tag : row->tags) bytes += tag.size();
  }
  EXPECT_LE(bytes, kMaxFoundBytesPerCall);
  EXPECT_GT(bytes, kMaxFoundBytesPerCall / 2);
  for (const std::string& key : keys) EXPECT_EQ(script.Lookup(key), "FRESH");
}

// So does untracking an entry that others need.
TEST(RowsTest, WhatOthersNeedIsNotWrittenWithoutEnd) {
  EngineScript script;
  std::vector<std::string> tags;
  for (size_t i = 0; i < kMaxTagsPerEntry; ++i) {
    tags.push_back(absl::StrCat(std::string(kMaxTagBytes - 5, 't'), i));
  }
  std::vector<std::string> keys;
  for (size_t i = 0; i < 2 * kMaxFoundBytesPerCall / (kMaxTagsPerEntry * kMaxTagBytes); ++i) {
    keys.push_back(absl::StrCat("k", 1000 + i));
  }
  for (const std::string& key : keys) {
    script.Track(key, {tags.begin(), tags.end()});
    script.Depend(absl::StrCat("of ", key), {key});
  }
  script.Do(UntrackEntries{{keys.begin(), keys.end()}});
  EXPECT_EQ(script.result<UntrackEntriesResult>().found, keys.size());
  ASSERT_EQ(script.applied().events.size(), 1);
  EXPECT_EQ(script.applied().events[0].source, EventSource::kLimit);
  EXPECT_EQ(script.applied().events[0].invalidations.size(), 2 * script.Stats().dropped_entries);
  // The first ones stay as ghosts for their dependents.
  EXPECT_THAT(script.Invalidate({tags[0]}),
              testing::SizeIs(1 + keys.size() - script.Stats().dropped_entries));
}

}  // namespace
}  // namespace cache_invalidation::engine
