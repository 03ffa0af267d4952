// SPDX-License-Identifier: Apache-2.0

// The engine from outside: what each command emits, and the results of queries after it.

#include "server/engine/engine.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/engine/testing/engine_script.h"

namespace cache_invalidation::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Rule MakeRule(const std::string& name, std::vector<std::string> triggers,
              std::vector<std::string> tags, Strategy strategy = Strategy::kImmediate,
              int32_t priority = 0) {
  Rule rule;
  rule.name = name;
  rule.trigger_tags = std::move(triggers);
  rule.invalidate_tags = std::move(tags);
  rule.strategy = strategy;
  rule.priority = priority;
  return rule;
}

Relationship MakeRelationship(const std::string& name, const std::string& source,
                              std::vector<std::string> targets, uint32_t depth) {
  Relationship relationship;
  relationship.name = name;
  relationship.source_type = source;
  relationship.target_types = std::move(targets);
  relationship.cascade_depth = depth;
  return relationship;
}

TEST(EngineTest, AWriteInvalidatesTheResourceItsCollectionAndTheWritersTags) {
  EngineScript script;
  EXPECT_THAT(script.Write("user", "42", {"tenant:7"}),
              ElementsAre("1 EVICT tag tenant:7 <DIRECT>", "1 EVICT tag user:#all <DIRECT>",
                          "1 EVICT tag user:42 <DIRECT>"));
  EXPECT_EQ(script.result<InvalidationResult>().revision, 1);
  EXPECT_EQ(script.result<InvalidationResult>().invalidations, 3);
}

TEST(EngineTest, AWriteWithoutIdConcernsTheWholeType) {
  EngineScript script;
  script.Track("one", {"user:1"});
  EXPECT_THAT(script.Write("user", ""), ElementsAre("1 EVICT tag user <DIRECT~>"));
  EXPECT_EQ(script.Lookup("one"), "ABSENT");
  EXPECT_EQ(script.result<InvalidationResult>().widened, 1);
}

TEST(EngineTest, ATagHitsEveryTagBelowItAndNoneBeside) {
  EngineScript script;
  script.Track("below", {"a:b:c"});
  script.Track("beside", {"a:bc"});
  script.Track("above", {"a"});
  script.Invalidate({"a:b"});
  EXPECT_EQ(script.Lookup("below"), "ABSENT");
  EXPECT_EQ(script.Lookup("beside"), "FRESH");
  EXPECT_EQ(script.Lookup("above"), "FRESH");
}

TEST(EngineTest, DependentsFollowThroughKeysTagsAndEntries) {
  EngineScript script;
  script.Track("row", {"user:42"});
  script.Depend("page", {"row"});
  script.Depend("site", {"page"});
  script.Depend("report", {}, {"user:42:orders"});
  EXPECT_THAT(script.Invalidate({"user:42"}),
              ElementsAre("1 EVICT tag user:42 <CALL>", "1 EVICT key page <DEPENDENCY(row)>",
                          "1 EVICT key report <DEPENDENCY(user:42:orders)>",
                          "1 EVICT key site <DEPENDENCY(page)>"));
}

TEST(EngineTest, DeclarationsOutliveInvalidationsAndOwnedEdgesDoNot) {
  EngineScript script;
  script.Depend("declared", {"base"});
  script.Track("owned", {}, {"base"});
  EXPECT_THAT(script.Invalidate({}, {"base"}),
              ElementsAre("1 EVICT key base <CALL>", "1 EVICT key declared <DEPENDENCY(base)>",
                          "1 EVICT key owned <DEPENDENCY(base)>"));
  EXPECT_THAT(script.Invalidate({}, {"base"}),
              ElementsAre("2 EVICT key base <CALL>", "2 EVICT key declared <DEPENDENCY(base)>"));
}

TEST(EngineTest, CyclesEndAndAreReported) {
  EngineScript script;
  script.Depend("a", {"b"});
  EXPECT_THAT(script.result<AddCacheDependencyResult>().warnings, IsEmpty());
  script.Depend("b", {"a"});
  EXPECT_THAT(script.result<AddCacheDependencyResult>().warnings,
              ElementsAre("the dependencies of b form a cycle that leads back to it"));
  EXPECT_THAT(script.Invalidate({}, {"a"}),
              ElementsAre("1 EVICT key a <CALL DEPENDENCY(b)>", "1 EVICT key b <DEPENDENCY(a)>"));
}

TEST(EngineTest, InvalidateWithDependenciesCountsTheKeysAndMayStopEarly) {
  EngineScript script;
  script.Depend("b", {"a"});
  script.Depend("c", {"b"});
  EXPECT_THAT(script.Do(InvalidateWithDependencies{"a", false}),
              ElementsAre("1 EVICT key a <CALL>"));
  EXPECT_EQ(script.result<InvalidateWithDependenciesResult>().invalidated, 1);
  EXPECT_EQ(script.result<InvalidateWithDependenciesResult>().dependents_left, 2);
  script.Do(InvalidateWithDependencies{"a", true});
  EXPECT_EQ(script.result<InvalidateWithDependenciesResult>().invalidated, 3);
  EXPECT_EQ(script.result<InvalidateWithDependenciesResult>().dependents_left, 0);
}

TEST(EngineTest, LazyMarksStaleUntilTheEntryIsTrackedAnew) {
  EngineScript script;
  script.Track("report", {"user:1"});
  script.Track("page", {}, {"report"});
  EXPECT_THAT(
      script.Invalidate({"user"}, {}, Strategy::kLazy),
      ElementsAre("1 MARK_STALE tag user <CALL>", "1 MARK_STALE key page <DEPENDENCY(report)>"));
  EXPECT_EQ(script.Lookup("report"), "STALE");
  EXPECT_EQ(script.Lookup("page"), "STALE");
  script.Track("report", {"user:1"});
  EXPECT_EQ(script.Lookup("report"), "FRESH");
}

TEST(EngineTest, EvictIsStrongerThanMarkStaleForDependentsToo) {
  EngineScript script;
  script.Do(RegisterRule{MakeRule("lazy", {"t"}, {"soft"}, Strategy::kLazy, 2)});
  script.Do(RegisterRule{MakeRule("hard", {"t"}, {"soft", "hard"}, Strategy::kImmediate, 1)});
  script.Depend("d", {}, {"soft", "hard"});
  EXPECT_THAT(script.Write("t", "1"),
              ElementsAre("1 EVICT tag t:#all <DIRECT>", "1 EVICT tag t:1 <DIRECT>",
                          "1 EVICT tag soft <RULE(lazy) RULE(hard)>",
                          "1 EVICT tag hard <RULE(hard)>", "1 EVICT key d <DEPENDENCY(hard)>"));
}

TEST(EngineTest, MarkStaleLeavesAloneWhatATagEvictsEvenIfNothingIsFoundByTheTag) {
  EngineScript script;
  script.Track("k", {"t:1"}, {"base"});
  Rule rule = MakeRule("lazy", {"t"}, {}, Strategy::kLazy);
  rule.pattern = "base";
  script.Do(RegisterRule{rule});
  EXPECT_THAT(script.Write("t", "1"),
              ElementsAre("1 EVICT tag t:#all <DIRECT>", "1 EVICT tag t:1 <DIRECT>",
                          "1 MARK_STALE pattern base <RULE(lazy)>"));
}

TEST(EngineTest, ABatchIsOneEventWhenItsDelayIsOver) {
  EngineScript script;
  script.Do(RegisterRule{MakeRule("form", {"form"}, {"form_state"}, Strategy::kBatched)});
  script.Depend("view", {}, {"form_state"});
  script.Write("form", "1");
  script.Write("form", "2");
  EXPECT_EQ(script.result<InvalidationResult>().pending_targets, 1);
  EXPECT_THAT(script.RunTimer(), IsEmpty());
  script.Advance(absl::Milliseconds(100));
  EXPECT_THAT(script.RunTimer(), ElementsAre("3 EVICT tag form_state <RULE(form)>",
                                             "3 EVICT key view <DEPENDENCY(form_state)>"));
  EXPECT_EQ(script.result<FlushResult>().flushed, 1);
  EXPECT_FALSE(script.engine().batch_deadline().has_value());
}

TEST(EngineTest, RemovingAnEdgeTakesNothingOutOfABatch) {
  EngineScript script;
  script.Depend("view", {}, {"t"});
  script.Invalidate({"t"}, {}, Strategy::kBatched);
  script.Do(RemoveCacheDependency{"view", {}});
  EXPECT_THAT(script.Do(FlushPendingInvalidations{}),
              ElementsAre("1 EVICT tag t <CALL>", "1 EVICT key view <DEPENDENCY(t)>"));
}

TEST(EngineTest, AFlushSortsTheCausesOfAcceptanceAndFlush) {
  EngineScript script;
  script.Track("k", {}, {"z"});
  script.Depend("target", {"b"});
  script.Invalidate({}, {"z", "target"}, Strategy::kBatched);
  script.Depend("k", {"target"});
  script.Depend("b", {"k"});
  EXPECT_THAT(script.Do(FlushPendingInvalidations{}),
              ElementsAre("1 EVICT key target <DEPENDENCY(b) CALL>", "1 EVICT key z <CALL>",
                          "1 EVICT key b <DEPENDENCY(k)>",
                          "1 EVICT key k <DEPENDENCY(target) DEPENDENCY(z)>"));
}

TEST(EngineTest, OnlyTheDependencyThatClosesACycleIsRemarked) {
  EngineScript script;
  script.Depend("a", {"b"});
  EXPECT_THAT(script.result<AddCacheDependencyResult>().warnings, IsEmpty());
  script.Depend("b", {"a"});
  EXPECT_EQ(script.result<AddCacheDependencyResult>().warnings.size(), 1);
  script.Depend("a", {"c"}, {"t:1"});
  EXPECT_THAT(script.result<AddCacheDependencyResult>().warnings, IsEmpty());
}

TEST(EngineTest, ARefusedCommandDoesNotMoveTime) {
  EngineScript script;
  script.Do(SetBatchDelay{absl::Milliseconds(100)});
  Rule rule = MakeRule("malformed", {"t"}, {"x"});
  rule.condition = "operation = \"delete\"";
  const absl::Time later = script.now() + absl::Seconds(1);
  ASSERT_FALSE(script.engine().Apply(RegisterRule{rule}, later).status.ok());
  script.Invalidate({"t"}, {}, Strategy::kBatched);
  EXPECT_EQ(script.engine().batch_deadline()->at, script.now() + absl::Milliseconds(100));
}

TEST(EngineTest, WhatIsEvictedNowLeavesTheBatch) {
  EngineScript script;
  script.Invalidate({"a:b", "c"}, {"k"}, Strategy::kBatched);
  script.Invalidate({"a"}, {"k"});
  EXPECT_THAT(script.Do(FlushPendingInvalidations{}), ElementsAre("2 EVICT tag c <CALL>"));
}

// Otherwise dependents that joined since the acceptance would be missed.
TEST(EngineTest, WhatIsEvictedWithoutItsDependentsStaysInTheBatch) {
  EngineScript script;
  script.Invalidate({}, {"a"}, Strategy::kBatched);
  script.Depend("b", {"a"});
  EXPECT_THAT(script.Do(InvalidateWithDependencies{"a", false}),
              ElementsAre("1 EVICT key a <CALL>"));
  EXPECT_THAT(script.Do(FlushPendingInvalidations{}),
              ElementsAre("2 EVICT key a <CALL>", "2 EVICT key b <DEPENDENCY(a)>"));
}

TEST(EngineTest, AFullBatchFlushesInTheSameCommandAfterItsOwnEvent) {
  EngineScript script;
  std::vector<std::string> names;
  for (int i = 0; i < 10'000; ++i) names.push_back(absl::StrCat("t", i));
  script.Invalidate({names.begin(), names.end()}, {}, Strategy::kBatched);
  ASSERT_EQ(script.applied().events.size(), 1);
  EXPECT_EQ(script.applied().events[0].invalidations.size(), 10'000);
  EXPECT_EQ(script.result<InvalidationResult>().pending_targets, 0);
}

TEST(EngineTest, APendingTagRefusesFillsAndMovesValidation) {
  EngineScript script;
  script.Invalidate({"t"}, {}, Strategy::kBatched);
  script.TrackAt(0, "k", {"t:1"});
  EXPECT_EQ(script.result<TrackEntriesResult>().results[0].outcome, FillOutcome::kRefusedMoved);
  EXPECT_EQ(script.result<TrackEntriesResult>().results[0].moved, "t:1");
  const auto validated =
      script.Ask<ValidateResult>(Validate{{EngineScript::kEpoch, 0}, {}, {"t:1", "u"}});
  EXPECT_THAT(validated.tags_moved, ElementsAre(true, false));
}

TEST(EngineTest, AFillThatCameTooLateIsRefusedAndItsDependentsGo) {
  EngineScript script;
  script.Depend("page", {"row"});
  script.Write("user", "1");
  EXPECT_THAT(script.TrackAt(0, "row", {"user:1"}),
              ElementsAre("2 EVICT key page <DEPENDENCY(row)>"));
  EXPECT_EQ(script.Lookup("row"), "ABSENT");
  script.TrackAt(2, "row", {"user:1"});
  EXPECT_EQ(script.result<TrackEntriesResult>().results[0].outcome, FillOutcome::kKept);
  EXPECT_EQ(script.Lookup("row"), "FRESH");
}

TEST(EngineTest, AFillIsRefusedWhenADependencyOfADependencyMoved) {
  EngineScript script;
  script.Track("b", {}, {"c"});
  script.Invalidate({}, {"c"});
  script.Track("b", {}, {"c"});
  script.TrackAt(0, "a", {}, {"b"});
  EXPECT_EQ(script.result<TrackEntriesResult>().results[0].outcome, FillOutcome::kRefusedMoved);
  script.TrackAt(1, "a", {}, {"b"});
  EXPECT_EQ(script.result<TrackEntriesResult>().results[0].outcome, FillOutcome::kKept);
}

TEST(EngineTest, AFillIsRefusedWhenATagOfAnExpiredDependencyMoved) {
  EngineScript script;
  script.Invalidate({"t"});
  TrackEntries track;
  track.entries.resize(1);
  track.entries[0].key = "row";
  track.entries[0].tags = {"t"};
  track.entries[0].ttl = absl::Seconds(1);
  script.Do(track);
  script.Depend("page", {"row"});
  script.Advance(absl::Seconds(1));
  script.TrackAt(0, "page", {});
  EXPECT_EQ(script.result<TrackEntriesResult>().results[0].moved, "row");
  script.TrackAt(1, "page", {});
  EXPECT_EQ(script.result<TrackEntriesResult>().results[0].outcome, FillOutcome::kKept);
}

TEST(EngineTest, PatternsMatchWholeKeysKnownAndUnknown) {
  EngineScript script;
  script.Track("user:1:session:a", {});
  script.Track("x:user:1:session:a", {});
  script.Depend("page", {"user:1:session:b"});
  EXPECT_THAT(script.InvalidatePattern(R"(user:\d+:session:.*)"),
              ElementsAre(R"(1 EVICT pattern user:\d+:session:.* <CALL>)",
                          "1 EVICT key page <DEPENDENCY(user:1:session:b)>"));
  EXPECT_EQ(script.Lookup("user:1:session:a"), "ABSENT");
  EXPECT_EQ(script.Lookup("x:user:1:session:a"), "FRESH");
  script.TrackAt(0, "user:9:session:z", {});
  EXPECT_EQ(script.result<TrackEntriesResult>().results[0].outcome, FillOutcome::kRefusedMoved);
}

TEST(EngineTest, EverythingEvictsAllEntriesAndKeepsDeclarations) {
  EngineScript script;
  script.Track("a", {"t"});
  script.Depend("b", {"a"});
  EXPECT_THAT(script.InvalidateEverything(), ElementsAre("1 EVICT everything <CALL>"));
  EXPECT_EQ(script.Lookup("a"), "ABSENT");
  EXPECT_THAT(script.Invalidate({}, {"a"}),
              ElementsAre("2 EVICT key a <CALL>", "2 EVICT key b <DEPENDENCY(a)>"));
}

TEST(EngineTest, AnExpiredEntryIsAbsentButItsDependentsStillFollow) {
  EngineScript script;
  TrackEntries track;
  TrackedEntry& entry = track.entries.emplace_back();
  entry.key = "row";
  entry.tags = {"user:1"};
  entry.ttl = absl::Seconds(1);
  script.Do(track);
  script.Depend("page", {"row"});
  script.Advance(absl::Seconds(1));
  EXPECT_EQ(script.Lookup("row"), "ABSENT");
  script.Do(Sweep{100});
  EXPECT_THAT(script.Write("user", "1"),
              ElementsAre("1 EVICT tag user:#all <DIRECT>", "1 EVICT tag user:1 <DIRECT>",
                          "1 EVICT key page <DEPENDENCY(row)>"));
}

TEST(EngineTest, TrimmedHistoryKeepsMarksAndForgetsPositions) {
  EngineScript script;
  script.Track("stale", {"a"});
  script.Track("gone", {"b"});
  script.Invalidate({"a"}, {}, Strategy::kLazy);
  script.Invalidate({"b"});
  script.Do(Sweep{100, 2});
  EXPECT_EQ(script.engine().floor(), 2);
  EXPECT_EQ(script.Lookup("stale"), "STALE");
  EXPECT_EQ(script.Lookup("gone"), "ABSENT");
  script.TrackAt(1, "k", {});
  EXPECT_EQ(script.result<TrackEntriesResult>().results[0].outcome, FillOutcome::kRefusedPosition);
}

TEST(EngineTest, TheFloorMovesWhenARoundHasSeenEveryKey) {
  EngineScript script;
  script.Track("a", {"x"});
  script.Track("b", {"x"});
  script.Track("c", {"y"});
  script.Invalidate({"x"}, {}, Strategy::kLazy);
  script.Do(Sweep{1, 1});
  script.Invalidate({"y"}, {}, Strategy::kLazy);
  script.Do(Sweep{1, 2});  // in the middle of a round another floor has no effect
  EXPECT_EQ(script.engine().floor(), 0);
  script.Do(Sweep{2});
  EXPECT_EQ(script.engine().floor(), 1);
  for (absl::string_view key : {"a", "b", "c"}) EXPECT_EQ(script.Lookup(key), "STALE") << key;
}

TEST(EngineTest, WhatIsFilledBehindARoundStaysAsItIs) {
  EngineScript script;
  script.Track("a", {"x"});
  script.Track("b", {"x"});
  script.Invalidate({"x"});
  script.Do(Sweep{1, 1});
  script.Track("a", {"x"});
  script.Invalidate({"y"});
  script.Do(Sweep{100});
  EXPECT_EQ(script.engine().floor(), 1);
  EXPECT_EQ(script.Lookup("a"), "FRESH");
  EXPECT_EQ(script.Lookup("b"), "ABSENT");
}

TEST(EngineTest, SweepsReclaimWhatEverythingEvicted) {
  EngineScript script;
  script.Track("a", {});
  script.Track("b", {}, {"a"});
  script.InvalidateEverything();
  script.Do(Sweep{100});
  EXPECT_EQ(script.result<SweepResult>().removed, 2);
  const auto stats = script.Ask<InvalidationStats>(GetInvalidationStats{});
  EXPECT_EQ(stats.tracked_entries, 0);
  EXPECT_EQ(stats.dependency_edges, 0);
  script.TrackAt(0, "c", {}, {"a"});
  EXPECT_EQ(script.result<TrackEntriesResult>().results[0].moved, "c");
}

TEST(EngineTest, RelationshipsSpendDepthPerHop) {
  EngineScript script;
  script.Do(RegisterRelationship{MakeRelationship("us", "user", {"session"}, 2)});
  script.Do(RegisterRelationship{MakeRelationship("sn", "session", {"navigation"}, 1)});
  script.Do(RegisterRelationship{MakeRelationship("nx", "navigation", {"x"}, 8)});
  EXPECT_THAT(script.Write("user", "1"),
              ElementsAre("1 EVICT tag user:#all <DIRECT>", "1 EVICT tag user:1 <DIRECT>",
                          "1 EVICT tag navigation <RELATIONSHIP(sn)>",
                          "1 EVICT tag session <RELATIONSHIP(us)>"));
}

TEST(EngineTest, CascadeExpandsTheTypesOfItsTargets) {
  EngineScript script;
  script.Do(RegisterRelationship{MakeRelationship("cq", "computed", {"query"}, 1)});
  script.Do(RegisterRule{MakeRule("r", {"product"}, {"computed"}, Strategy::kCascade)});
  EXPECT_THAT(script.Write("product", "1"),
              ElementsAre("1 EVICT tag product:#all <DIRECT>", "1 EVICT tag product:1 <DIRECT>",
                          "1 EVICT tag computed <RULE(r)>", "1 EVICT tag query <CASCADE(r)>"));
}

TEST(EngineTest, StatisticsCountAtAcceptance) {
  EngineScript script;
  script.Do(RegisterRelationship{MakeRelationship("us", "user", {"session"}, 1)});
  script.Do(RegisterRule{MakeRule("r", {"user"}, {"x"}, Strategy::kBatched)});
  script.Write("user", "1");
  script.Invalidate({"y"}, {}, Strategy::kLazy);
  const auto stats = script.Ask<InvalidationStats>(GetInvalidationStats{});
  EXPECT_EQ(stats.immediate_invalidations, 2);
  EXPECT_EQ(stats.batched_invalidations, 1);
  EXPECT_EQ(stats.lazy_invalidations, 1);
  EXPECT_EQ(stats.total_invalidations(), 4);
  EXPECT_EQ(stats.rule_details[0].counters.execution_count, 1);
}

}  // namespace
}  // namespace cache_invalidation::engine
