// SPDX-License-Identifier: Apache-2.0

// The behaviour of an engine at the limits of its state, from outside.

#include "server/engine/limits.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/engine/graph.h"
#include "server/engine/testing/engine_script.h"

namespace cache_invalidation::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Limits Entries(uint64_t most) {
  Limits limits;
  limits.entries = most;
  return limits;
}

Limits Parts(uint64_t most) {
  Limits limits;
  limits.entry_parts = most;
  return limits;
}

TEST(LimitsTest, TheOldestFillMakesRoom) {
  EngineScript script(Entries(2));
  script.Track("z", {"x"});
  script.Write("user", "1");
  script.Track("a", {"x"});
  EXPECT_THAT(script.Track("b", {"x"}), ElementsAre("2 EVICT key z <LIMIT>"));
  EXPECT_EQ(script.result<TrackEntriesResult>().dropped, 1);
  EXPECT_EQ(script.applied().events[0].source, EventSource::kLimit);
  EXPECT_EQ(script.Lookup("z"), "ABSENT");
  EXPECT_EQ(script.Lookup("a"), "FRESH");
  EXPECT_EQ(script.Lookup("b"), "FRESH");
  EXPECT_EQ(script.Stats().dropped_entries, 1);
  EXPECT_EQ(script.Stats().tracked_entries, 2);
}

TEST(LimitsTest, OfFillsAtOneRevisionTheSmallestKeyGoes) {
  EngineScript script(Entries(2));
  script.Track("b", {});
  script.Track("c", {});
  EXPECT_THAT(script.Track("d", {}), ElementsAre("1 EVICT key b <LIMIT>"));
}

TEST(LimitsTest, AnEntryThatWasFilledAgainIsYoung) {
  EngineScript script(Entries(2));
  script.Track("a", {});
  script.Write("user", "1");
  script.Track("b", {});
  script.Write("user", "1");
  script.Track("a", {});
  EXPECT_THAT(script.Track("c", {}), ElementsAre("3 EVICT key b <LIMIT>"));
}

TEST(LimitsTest, DependentsGoWithWhatIsDropped) {
  EngineScript script(Entries(2));
  script.Track("a", {});
  script.Depend("page", {"a"});
  script.Track("b", {}, {"a"});
  EXPECT_THAT(script.Track("c", {}),
              ElementsAre("1 EVICT key a <LIMIT>", "1 EVICT key b <DEPENDENCY(a)>",
                          "1 EVICT key page <DEPENDENCY(a)>"));
  EXPECT_EQ(script.Stats().dropped_entries, 1) << "b was not dropped, it followed";
}

TEST(LimitsTest, WhatIsOverAnywayMakesRoomWithoutAnEvent) {
  EngineScript script(Entries(3));
  script.Track("a", {"x"});
  TrackEntries expiring;
  expiring.entries.resize(1);
  expiring.entries[0].key = "b";
  expiring.entries[0].ttl = absl::Seconds(1);
  script.Do(expiring);
  script.Track("c", {});
  script.Invalidate({"x"});
  script.Advance(absl::Seconds(2));
  EXPECT_THAT(script.Track("d", {}), IsEmpty());
  EXPECT_THAT(script.Track("e", {}), IsEmpty());
  EXPECT_EQ(script.Stats().dropped_entries, 0);
  EXPECT_EQ(script.Stats().tracked_entries, 3);
}

TEST(LimitsTest, AFullNamespaceMakesRoomForSomeFillsAtOnce) {
  EngineScript script(Entries(128));
  for (int i = 0; i < 128; ++i) EXPECT_THAT(script.Track(absl::StrCat(100 + i), {}), IsEmpty());
  EXPECT_THAT(script.Track("300", {}),
              ElementsAre("1 EVICT key 100 <LIMIT>", "1 EVICT key 101 <LIMIT>"));
  EXPECT_THAT(script.Track("301", {}), IsEmpty());
  EXPECT_THAT(script.Track("302", {}),
              ElementsAre("2 EVICT key 102 <LIMIT>", "2 EVICT key 103 <LIMIT>"));
}

TEST(LimitsTest, TagsAndOwnedEdgesTakeRoom) {
  EngineScript script(Parts(6));
  script.Track("a", {"x", "y"}, {"source"});
  script.Track("b", {"x"});
  EXPECT_THAT(script.Track("c", {}), ElementsAre("1 EVICT key a <LIMIT>"));
  // Names added to an existing entry take room as well.
  EXPECT_THAT(script.Track("b", {"y", "z"}), IsEmpty());
  EXPECT_THAT(script.Track("b", {"u", "v"}), ElementsAre("2 EVICT key c <LIMIT>"));
}

// Looking at a tag includes the tags above it: four thousand deep ones took milliseconds on every
// look.
TEST(LimitsTest, DeepTagsTakeMoreRoom) {
  EXPECT_EQ(Tag::WeightOf("a"), 1u);
  EXPECT_EQ(Tag::WeightOf("a:b"), 1u);
  EXPECT_EQ(Tag::WeightOf("a:b:c:d"), 3u);
  EngineScript script(Parts(5));
  script.Track("k", {"a:b:c:d"});
  EXPECT_THAT(script.Track("one", {}), testing::IsEmpty());
  EXPECT_THAT(script.Track("more", {}), testing::SizeIs(1));
  EXPECT_EQ(script.Lookup("k"), "ABSENT");
}

TEST(LimitsTest, DeclarationsTakeNoRoomOfEntries) {
  EngineScript script(Parts(2));
  script.Depend("a", {"b", "c"}, {"d", "e"});
  EXPECT_THAT(script.Track("a", {"x"}), IsEmpty());
}

TEST(LimitsTest, GhostsTakeRoom) {
  EngineScript script(Entries(1));
  script.Track("row", {"user:1"});
  script.Depend("page", {"row"});
  script.Do(UntrackEntries{{"row"}});
  EXPECT_EQ(script.Stats().tracked_entries, 0);
  script.Write("other", "1");
  EXPECT_THAT(script.Track("a", {}),
              ElementsAre("2 EVICT key row <LIMIT>", "2 EVICT key page <DEPENDENCY(row)>"));
}

// Its copy must not be kept: no invalidation of what it was computed from would reach it.
TEST(LimitsTest, AFillThatItsOwnCallDropsIsRefused) {
  EngineScript script(Entries(1));
  TrackEntries command;
  command.entries.resize(2);
  command.entries[0].key = "a";
  command.entries[1].key = "b";
  EXPECT_THAT(script.Do(command), ElementsAre("1 EVICT key a <LIMIT>"));
  const auto& results = script.result<TrackEntriesResult>().results;
  EXPECT_EQ(results[0].outcome, FillOutcome::kRefusedMoved);
  EXPECT_EQ(results[0].moved, "a");
  EXPECT_EQ(results[1].outcome, FillOutcome::kKept);
  EXPECT_EQ(script.Stats().refused_fills, 1);
}

TEST(LimitsTest, AFillThatFollowsARefusedOneIsRefused) {
  EngineScript script;
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

TEST(LimitsTest, AStartWithALowerLimitDropsLittleByLittle) {
  Engine before(EngineScript::kEpoch);
  EngineScript after(Entries(100));
  constexpr uint64_t kEntries = 2 * kMaxDroppedTogether;
  for (uint64_t i = 0; i < kEntries; ++i) {
    const std::string key = absl::StrCat("key", i);
    TrackEntries command;
    command.entries.resize(1);
    command.entries[0].key = key;
    for (const RecordChange& change : before.Apply(command, after.now()).delta) {
      after.engine().Load(change.record);
    }
  }
  after.engine().FinishLoad();
  after.Track("new", {});
  EXPECT_EQ(after.result<TrackEntriesResult>().dropped, kMaxDroppedTogether + 1);
  after.Track("new2", {});
  EXPECT_EQ(after.Stats().tracked_entries, 100);
}

TEST(LimitsTest, DeclarationsAreRefusedAndChangeNothing) {
  Limits limits;
  limits.declared_edges = 3;
  EngineScript script(limits);
  script.Depend("a", {"b"}, {"c"});
  AddCacheDependency command;
  command.key = "a";
  command.depends_on.names = {"d"};
  const std::string before = script.engine().DumpForTest();
  const Applied applied = script.engine().Apply(command, script.now());
  EXPECT_EQ(applied.status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(applied.delta, IsEmpty());
  EXPECT_EQ(script.engine().DumpForTest(), before);
  // Repeated names, and those declared already, count once.
  script.Depend("a", {"b", "d", "d"}, {"c"});
  script.Do(RemoveCacheDependency{"a", {.names = {}, .keys = {"b"}, .tags = {}}});
  script.Depend("a", {"e"});
}

TEST(LimitsTest, HistoryWithTooManyNamesIsForgotten) {
  Limits limits;
  limits.remembered_names = 4;
  EngineScript script(limits);
  for (int i = 1; i <= 5; ++i) script.Invalidate({absl::StrCat("t", i)});
  script.Do(Sweep{100});
  EXPECT_TRUE(script.result<SweepResult>().crowded);
  EXPECT_EQ(script.engine().floor(), 0);
  script.Do(Sweep{100});
  EXPECT_FALSE(script.result<SweepResult>().crowded);
  EXPECT_EQ(script.engine().floor(), 3) << "half of what may be is left";
  script.TrackAt(2, "k", {});
  EXPECT_EQ(script.result<TrackEntriesResult>().results[0].outcome, FillOutcome::kRefusedPosition);
}

TEST(LimitsTest, NamesThatAreUsedAreNotTooMany) {
  Limits limits;
  limits.remembered_names = 1;
  EngineScript script(limits);
  script.Track("a", {"x", "y"});
  script.Depend("b", {}, {"z"});
  script.Invalidate({"x", "y", "z"}, {"a"}, Strategy::kLazy);
  script.Do(Sweep{100});
  EXPECT_FALSE(script.result<SweepResult>().crowded);
}

TEST(LimitsTest, PatternsThatAreTooManyHitEveryKey) {
  Limits limits;
  limits.patterns = 1;
  EngineScript script(limits);
  script.Track("k", {});
  script.InvalidatePattern("x.*");
  script.InvalidatePattern("y.*");
  EXPECT_EQ(script.Stats().widened, 1);
  EXPECT_EQ(script.Lookup("k"), "FRESH") << "what evicts an entry does so at once";
  script.TrackAt(0, "other", {});
  EXPECT_EQ(script.result<TrackEntriesResult>().results[0].moved, "other");
  script.TrackAt(1, "other", {});
  EXPECT_EQ(script.result<TrackEntriesResult>().results[0].outcome, FillOutcome::kKept);
  // The one that was used again stays.
  script.InvalidatePattern("y.*");
  EXPECT_EQ(script.Stats().widened, 1);
}

TEST(LimitsTest, AMarkOfAPatternThatWasGivenUpIsOnEveryEntry) {
  Limits limits;
  limits.patterns = 1;
  EngineScript script(limits);
  script.Track("k", {});
  script.InvalidatePattern("x.*", Strategy::kLazy);
  script.InvalidatePattern("y.*");
  EXPECT_EQ(script.Lookup("k"), "STALE");
  script.Track("k", {});
  EXPECT_EQ(script.Lookup("k"), "FRESH");
}

Event PatternEvent(uint64_t revision, std::vector<absl::string_view> patterns) {
  Event event;
  event.revision = revision;
  for (absl::string_view pattern : patterns) {
    event.invalidations.push_back(
        {.kind = InvalidationKind::kEvict, .target = TargetKind::kPattern, .name = pattern});
  }
  return event;
}

TEST(LimitsTest, WhatWasGivenUpDoesNotDependOnTheLimitOfARestart) {
  Limits few;
  few.patterns = 2;
  EngineScript script(few);
  Limits many;
  many.patterns = 100;
  Engine rebuilt(EngineScript::kEpoch, many);
  for (absl::string_view pattern : {"x.*", "y.*", "z.*", "x.*"}) script.InvalidatePattern(pattern);
  EXPECT_EQ(script.Stats().widened, 2);
  for (const RecordChange& change : script.applied().delta) rebuilt.Load(change.record);
  rebuilt.Replay(PatternEvent(1, {"x.*"}));
  rebuilt.Replay(PatternEvent(2, {"y.*"}));
  rebuilt.Replay(PatternEvent(3, {"z.*"}));
  rebuilt.Replay(PatternEvent(4, {"x.*"}));
  rebuilt.FinishLoad();
  EXPECT_EQ(rebuilt.DumpForTest(), script.engine().DumpForTest());
}

TEST(LimitsTest, PatternsOfOneEventAreGivenUpTogether) {
  Limits limits;
  limits.patterns = 1;
  EngineScript script(limits);
  script.InvalidatePattern("a.*", Strategy::kBatched);
  script.InvalidatePattern("b.*", Strategy::kBatched);
  script.InvalidatePattern("c.*", Strategy::kBatched);
  script.Do(FlushPendingInvalidations{});
  EXPECT_EQ(script.Stats().widened, 3);
  script.TrackAt(0, "other", {});
  EXPECT_EQ(script.result<TrackEntriesResult>().results[0].moved, "other");
  script.TrackAt(1, "other", {});
  EXPECT_EQ(script.result<TrackEntriesResult>().results[0].outcome, FillOutcome::kKept);
}

TEST(LimitsTest, AnExplanationSaysThatItHasNotLookedAtEveryKey) {
  Limits limits;
  limits.explained_keys = 2;
  EngineScript script(limits);
  for (absl::string_view key : {"a", "b", "c"}) script.Track(key, {"user:1"});
  ExplainWrite query;
  query.write.resource_type = "user";
  query.write.resource_id = "1";
  Explanation explanation = script.Ask<ExplainWriteResult>(query).explanation;
  EXPECT_EQ(explanation.entries, 2);
  EXPECT_EQ(explanation.root.reason, "entries are counted among the first 2 keys");
  for (absl::string_view key : {"p", "q", "r"}) script.Depend(key, {}, {"user:1"});
  explanation = script.Ask<ExplainWriteResult>(query).explanation;
  EXPECT_EQ(explanation.dependents, 2);
  EXPECT_EQ(explanation.root.reason,
            "entries are counted among the first 2 keys; dependents are looked for among 2 keys");
}

// A pattern that matches nothing has to be matched as well.
TEST(LimitsTest, AnExplanationMatchesPatternsAgainstSomeKeysOnly) {
  Limits limits;
  limits.explained_keys = 2;
  EngineScript script(limits);
  for (absl::string_view key : {"a", "b", "c"}) script.Track(key, {});
  Rule rule;
  rule.name = "r";
  rule.trigger_tags = {"user"};
  rule.pattern = ".*x";
  script.Do(RegisterRule{rule});
  ExplainWrite query;
  query.write.resource_type = "user";
  query.write.resource_id = "1";
  query.key = "x";
  const Explanation explanation = script.Ask<ExplainWriteResult>(query).explanation;
  EXPECT_TRUE(explanation.key_hit) << "the key itself is always looked at";
  EXPECT_EQ(explanation.root.reason,
            "entries are counted among the first 2 keys; dependents are looked for among 2 keys");
}

}  // namespace
}  // namespace cache_invalidation::engine
