// SPDX-License-Identifier: Apache-2.0

// Keys with very many declared dependencies: the work of a command on them is bounded.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/engine/limits.h"
#include "server/engine/testing/engine_script.h"

namespace cache_invalidation::engine {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

void Declare(EngineScript& script, absl::string_view key, int from, int count,
             std::optional<absl::Duration> ttl = std::nullopt) {
  std::vector<std::string> rows;
  for (int i = 0; i < count; ++i) rows.push_back(absl::StrCat("row:", from + i));
  AddCacheDependency command;
  command.key = key;
  command.depends_on.tags.assign(rows.begin(), rows.end());
  command.ttl = ttl;
  script.Do(command);
}

uint64_t EdgesOf(EngineScript& script) {
  return script.Ask<InvalidationStats>(GetInvalidationStats{}).dependency_edges;
}

TEST(ManyEdgesTest, OneSweepEndsNoMoreThanItsLimit) {
  EngineScript script;
  constexpr int kEdges = 1000;
  Declare(script, "report", 0, kEdges, absl::Seconds(1));
  Declare(script, "report", kEdges, kEdges, absl::Hours(1));
  script.Advance(absl::Seconds(2));
  int sweeps = 0;
  do {
    const uint64_t before = EdgesOf(script);
    script.Do(Sweep{100});
    ASSERT_LE(before - EdgesOf(script), 120);
    ASSERT_LE(script.result<SweepResult>().looked_at, 100);
  } while (++sweeps < 100 && !script.result<SweepResult>().finished);
  EXPECT_EQ(EdgesOf(script), kEdges);
  EXPECT_GE(sweeps, 15);
  EXPECT_LE(sweeps, 60) << "it goes on where it stopped";
  EXPECT_THAT(script.Write("row", "1"), testing::SizeIs(2)) << "nothing depends on that any more";
  EXPECT_THAT(script.Write("row", "1000"), testing::SizeIs(3));
}

// Eight keys with the maximum each had four million edges, which one fill ended.
TEST(ManyEdgesTest, AFillEndsNoMoreThanItsShareOfWhatIsOver) {
  EngineScript script;
  constexpr int kEdges = static_cast<int>(kEdgesEndedAtOnce);
  for (absl::string_view key : {"a", "b"}) Declare(script, key, 0, kEdges, absl::Seconds(1));
  script.Advance(absl::Seconds(2));
  script.Track("page", {}, {"a", "b"});
  EXPECT_EQ(EdgesOf(script), kEdges + 2);
  EXPECT_THAT(script.Write("row", "1"), testing::SizeIs(2)) << "those that are left do not count";
  do script.Do(Sweep{kSweepKeys});
  while (!script.result<SweepResult>().finished);
  EXPECT_EQ(EdgesOf(script), 2);
}

// A caller at a position before the end may have missed what happened to it meanwhile.
TEST(ManyEdgesTest, WhatWasOverAndIsDeclaredAgainHasEnded) {
  EngineScript script;
  constexpr int kEdges = static_cast<int>(kEdgesEndedAtOnce);
  Declare(script, "a", 0, kEdges, absl::Seconds(1));
  Declare(script, "report", kEdges, 1, absl::Seconds(1));
  script.Advance(absl::Seconds(2));
  script.Write("other", "1");
  AddCacheDependency again;
  again.key = "report";
  const std::string row = absl::StrCat("row:", kEdges);
  again.depends_on.tags = {row};
  again.depends_on.keys = {"a"};
  script.Do(again);
  EXPECT_THAT(script.TrackAt(1, "page", {}, {"report"}), testing::Not(IsEmpty()))
      << "the refusal has an event, since no position is behind the end";
  EXPECT_EQ(script.Lookup("page"), "ABSENT");
}

// Changes between two sweeps of a key do not disturb the sweep.
TEST(ManyEdgesTest, EdgesComeAndGoWhileAKeyIsSwept) {
  EngineScript script;
  Declare(script, "report", 0, 200, absl::Seconds(1));
  script.Advance(absl::Seconds(2));
  script.Do(Sweep{50});
  ASSERT_FALSE(script.result<SweepResult>().finished);
  Declare(script, "report", 0, 10);
  RemoveCacheDependency remove;
  remove.key = "report";
  remove.depends_on.tags = {"row:5", "row:150"};
  script.Do(remove);
  for (int i = 0; i < 20; ++i) script.Do(Sweep{50});
  EXPECT_EQ(EdgesOf(script), 9);
  EXPECT_THAT(script.Invalidate({"row:4"}), testing::SizeIs(2));
}

// 320,000 edges used to take 15 seconds to add and 11 to end.
TEST(ManyEdgesTest, EachCostsTheSameHoweverManyThereAre) {
  EngineScript script;
  constexpr int kCalls = 30;
  for (int i = 0; i < kCalls; ++i) Declare(script, "report", i * 1000, 1000);
  EXPECT_EQ(EdgesOf(script), kCalls * 1000);
  RemoveCacheDependency remove;
  remove.key = "report";
  script.Do(remove);
  EXPECT_EQ(script.result<RemoveCacheDependencyResult>().removed, kCalls * 1000);
  EXPECT_EQ(EdgesOf(script), 0);
}

// Checking whether it moved would take too long.
TEST(ManyEdgesTest, WhatIsComputedFromTooMuchHasMoved) {
  Limits limits;
  limits.checked_names = 12;
  limits.asked_names = 12;
  EngineScript script(limits);
  Declare(script, "report", 0, 9);
  script.TrackAt(0, "page", {"x"}, {"report"});
  EXPECT_EQ(script.result<TrackEntriesResult>().results[0].outcome, FillOutcome::kKept);
  Validate query;
  query.position = PositionView{EngineScript::kEpoch, 0};
  query.keys = {{"page", {}, ""}};
  EXPECT_THAT(script.Ask<ValidateResult>(query).keys_moved, testing::ElementsAre(false));
  Declare(script, "report", 9, 2);
  EXPECT_THAT(script.Ask<ValidateResult>(query).keys_moved, testing::ElementsAre(true));
  script.TrackAt(0, "page", {"x"}, {"report"});
  EXPECT_EQ(script.result<TrackEntriesResult>().results[0].moved, "report");
  // All fills of a call share the limit.
  RemoveCacheDependency remove;
  remove.key = "report";
  script.Do(remove);
  script.Invalidate({"other"});
  Declare(script, "report", 0, 6);
  TrackEntries command;
  command.entries.resize(2);
  for (TrackedEntry& entry : command.entries) {
    entry.depends_on.keys = {"report"};
    entry.position = PositionView{EngineScript::kEpoch, script.engine().head()};
  }
  command.entries[0].key = "a";
  command.entries[1].key = "b";
  script.Do(command);
  EXPECT_EQ(script.result<TrackEntriesResult>().results[0].outcome, FillOutcome::kKept);
  EXPECT_EQ(script.result<TrackEntriesResult>().results[1].outcome, FillOutcome::kRefusedMoved);
}

TEST(ManyEdgesTest, TooManyOfOneKeyAreRefused) {
  Limits limits;
  limits.declared_edges_of_key = 3;
  EngineScript script(limits);
  Declare(script, "report", 0, 3);
  script.Track("report", {"x"}, {"source"});
  const std::string before = script.engine().DumpForTest();
  AddCacheDependency command;
  command.key = "report";
  command.depends_on.tags = {"row:1", "row:3"};
  const Applied applied = script.engine().Apply(command, script.now());
  EXPECT_EQ(applied.status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(applied.status.message()), HasSubstr("the key would have more than 3"));
  EXPECT_THAT(applied.delta, IsEmpty());
  EXPECT_EQ(script.engine().DumpForTest(), before);
  // Edges that are declared already or only owned do not count; nor do those of other keys.
  Declare(script, "report", 0, 3);
  Declare(script, "other", 0, 3);
}

}  // namespace
}  // namespace cache_invalidation::engine
