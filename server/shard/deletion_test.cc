// SPDX-License-Identifier: Apache-2.0

// Namespaces that go, and those that come after them.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "server/engine/limits.h"
#include "server/shard/shard_set.h"
#include "server/shard/testing/shard_core_fixture.h"
#include "server/storage/store.h"

namespace cache_invalidation::shard {
namespace {

using Revisions = std::vector<uint64_t>;
using Names = std::vector<std::string>;

class DeletionTest : public ShardCoreFixture {
 protected:
  engine::DeleteNamespaceResult Delete(absl::string_view name) {
    const Result answer = Call(name, engine::DeleteNamespace{});
    EXPECT_TRUE(answer.ok()) << answer.status();
    return std::get<engine::DeleteNamespaceResult>(*answer);
  }

  uint64_t WriteIn(absl::string_view name) {
    return std::get<engine::InvalidationResult>(*Call(name, Write("user", "1"))).revision;
  }

  // A stop and a start: what was not committed is gone.
  void RestartFromStore() {
    Restart();
    const std::vector<std::string> names = *store_.ListNamespaces();
    for (const std::string& name : names) {
      auto engine = RebuildEngine(store_, name, kEpoch, {});
      ASSERT_TRUE(engine.ok()) << engine.status();
      core_->Adopt(name, *std::move(engine), now_);
    }
  }

  // The heads with which namespaces were published as deleted.
  Revisions DeletedHeads(absl::string_view name) const {
    Revisions heads;
    for (const commit::Group::Published& published : publisher_.published()) {
      if (published.namespace_name == name && published.deleted) heads.push_back(published.head);
    }
    return heads;
  }

  engine::FillOutcome TrackAt(absl::string_view name, uint64_t revision) {
    engine::TrackEntries command = Track("k", "t", absl::Hours(1));
    command.entries[0].position = engine::PositionView{kEpoch, revision};
    const Result answer = Call(name, command);
    return std::get<engine::TrackEntriesResult>(*answer).results.at(0).outcome;
  }
};

TEST_F(DeletionTest, TakesRowsHistoryAndThePlaceInTheQuota) {
  WriteIn("n");
  Call("n", Track("k", "t", absl::Hours(1)));
  const engine::DeleteNamespaceResult result = Delete("n");
  EXPECT_TRUE(result.found);
  EXPECT_EQ(result.revision, 2u);
  EXPECT_EQ(core_->EngineForTest("n"), nullptr);
  EXPECT_EQ(*store_.ListNamespaces(), Names{});
  EXPECT_EQ(store_.Retained("n")->head, 0u);
  EXPECT_EQ(DeletedHeads("n"), Revisions{2});
  EXPECT_EQ(Published("n"), Revisions{1}) << "its subscribers get a Reset, no event";
  EXPECT_EQ(quota_->taken(), 0u);
  EXPECT_EQ(quota_->durable(), 0u);
  core_->RunTimers(now_);
  EXPECT_EQ(core_->next_timer(), absl::InfiniteFuture());
}

TEST_F(DeletionTest, OfWhatIsNotThereDoesNothing) {
  EXPECT_FALSE(Delete("n").found);
  WriteIn("n");
  EXPECT_TRUE(Delete("n").found);
  const int writes = store_.writes();
  const engine::DeleteNamespaceResult again = Delete("n");
  EXPECT_FALSE(again.found);
  EXPECT_EQ(again.revision, 0u);
  EXPECT_EQ(store_.writes(), writes);
}

TEST_F(DeletionTest, ASuccessorBeginsBehindItWithTheDefaultRules) {
  for (int i = 0; i < 5; ++i) WriteIn("n");
  EXPECT_EQ(Delete("n").revision, 6u);
  EXPECT_EQ(Stats("n").revision, 7u) << "what its first command will find";
  EXPECT_EQ(WriteIn("n"), 8u);
  EXPECT_EQ(Stats("n").rules, 1u);
  EXPECT_EQ(Published("n"), (Revisions{1, 2, 3, 4, 5, 7, 8})) << "7 drops everything";
}

// Positions of the deleted one, whatever they were.
TEST_F(DeletionTest, PositionsOfADeletedNamespaceAreUnknownToItsSuccessor) {
  for (int i = 0; i < 5; ++i) WriteIn("n");
  Delete("n");
  for (uint64_t revision = 0; revision <= 6; ++revision) {
    EXPECT_EQ(TrackAt("n", revision), engine::FillOutcome::kRefusedPosition) << revision;
  }
  EXPECT_EQ(TrackAt("n", Stats("n").revision), engine::FillOutcome::kKept);
}

TEST_F(DeletionTest, AQuestionAboutADeletedNamespaceVouchesForNothing) {
  WriteIn("n");
  Delete("n");
  for (uint64_t revision = 0; revision <= 3; ++revision) {
    engine::Validate query;
    query.position = {kEpoch, revision};
    query.tags = {"t"};
    const auto result = std::get<engine::ValidateResult>(*Call("n", query));
    EXPECT_EQ(result.tags_moved.at(0), revision != 3) << revision;
  }
}

// The number of revisions of any deleted namespace: nothing is remembered of each.
TEST_F(DeletionTest, NamespacesOfOtherNamesBeginBehindIt) {
  for (int i = 0; i < 5; ++i) WriteIn("long");
  WriteIn("short");
  Delete("long");
  Delete("short");
  EXPECT_EQ(WriteIn("short"), 8u);
  EXPECT_EQ(WriteIn("new"), 8u);
}

TEST_F(DeletionTest, IsRememberedOverARestart) {
  for (int i = 0; i < 5; ++i) WriteIn("n");
  WriteIn("stays");
  Delete("n");
  RestartFromStore();
  EXPECT_EQ(*store_.ListNamespaces(), Names{"stays"});
  EXPECT_EQ(TrackAt("n", 5), engine::FillOutcome::kRefusedPosition);
  EXPECT_EQ(WriteIn("n"), 8u);
  EXPECT_EQ(WriteIn("stays"), 2u);
  RestartFromStore();
  EXPECT_EQ(WriteIn("n"), 9u);
}

TEST_F(DeletionTest, ThatWasNotCommittedDidNotHappen) {
  WriteIn("n");
  Submit("n", {engine::DeleteNamespace{}});
  RestartFromStore();
  EXPECT_EQ(WriteIn("n"), 2u);
  EXPECT_EQ(quota_->taken(), 1u);
}

// All in one group: before it, after it, and twice.
TEST_F(DeletionTest, WhatIsAppliedInTheSameGroupKeepsItsOrder) {
  Submit("n", {Write("user", "1")});
  Submit("n", {engine::DeleteNamespace{}});
  Submit("n", {Write("user", "2")});
  Submit("n", {engine::DeleteNamespace{}});
  Submit("n", {Write("user", "3"), Track("k", "t", absl::Hours(1))});
  Commit();
  EXPECT_EQ(*store_.ListNamespaces(), Names{"n"});
  const uint64_t head = Stats("n").revision;
  EXPECT_EQ(store_.Retained("n")->head, head);
  EXPECT_EQ(Published("n"), (Revisions{head - 1, head}));
  EXPECT_EQ(DeletedHeads("n").size(), 2u);
  EXPECT_EQ(quota_->durable(), 1u);
  RestartFromStore();
  EXPECT_EQ(Stats("n").revision, head);
  EXPECT_EQ(Stats("n").tracked_entries, 1u);
}

TEST_F(DeletionTest, ARefusedFirstCommandLeavesNothingBehindItEither) {
  WriteIn("n");
  Delete("n");
  engine::Rule malformed = MakeRule("r", "user", "session");
  malformed.condition = "(true";
  EXPECT_EQ(Call("n", engine::RegisterRule{malformed}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Published("n"), Revisions{1});
  EXPECT_EQ(store_.ListNamespaces()->size(), 0u);
  EXPECT_EQ(quota_->taken(), 0u);
}

TEST_F(DeletionTest, TimersOfADeletedNamespaceDoNothing) {
  engine::Invalidate batched;
  batched.tags = {"t"};
  batched.strategy = engine::Strategy::kBatched;
  Call("n", batched);
  WriteIn("n");  // rule counters wait to be written
  Delete("n");
  now_ += absl::Hours(1);
  core_->RunTimers(now_);
  Commit();
  EXPECT_EQ(store_.ListNamespaces()->size(), 0u);
}

// History that was to be forgotten of the deleted one says nothing of its successor.
TEST_F(DeletionTest, ALateTrimDoesNoHarm) {
  for (int i = 0; i < 5; ++i) WriteIn("n");
  Delete("n");
  core_->Trim("n", 5, now_);
  WriteIn("n");
  core_->Trim("n", 5, now_);
  now_ += absl::Minutes(1);
  core_->RunTimers(now_);
  Commit();
  EXPECT_EQ(*store_.Retained("n"), (storage::RetainedRevisions{6, 8}));
}

TEST_F(DeletionTest, WithoutItsCallerIsApplied) {
  WriteIn("n");
  SubmitAndLeave({engine::DeleteNamespace{}});
  EXPECT_EQ(*store_.ListNamespaces(), Names{});
}

// What takes something away that is not there leaves no namespace behind.
TEST_F(DeletionTest, CommandsThatFindNothingCreateNoNamespace) {
  engine::UntrackEntries untrack;
  untrack.keys = {"k"};
  engine::RemoveCacheDependency remove;
  remove.key = "k";
  for (const engine::Command& command :
       {engine::Command(untrack), engine::Command(remove),
        engine::Command(engine::FlushPendingInvalidations{}),
        engine::Command(engine::DeleteRule{"no such rule"}),
        engine::Command(engine::DeleteRelationship{"no such relationship"})}) {
    EXPECT_TRUE(Call("n", command).ok()) << command.index();
    EXPECT_EQ(core_->EngineForTest("n"), nullptr) << command.index();
  }
  EXPECT_EQ(store_.writes(), 0);
  EXPECT_EQ(quota_->taken(), 0u);
  Call("n", engine::DeleteRule{"default"});
  EXPECT_NE(core_->EngineForTest("n"), nullptr) << "it stays deleted";
}

// A million entries would hold the shard for a second.
TEST_F(DeletionTest, WhatALargeOneHeldIsFreedALittleAtATime) {
  for (int i = 0; i < 3; ++i) {
    engine::TrackEntries command;
    std::vector<std::string> keys;
    for (size_t key = 0; key < engine::kSweepKeys; ++key) keys.push_back(absl::StrCat(i, ":", key));
    for (const std::string& key : keys) command.entries.emplace_back().key = key;
    Call("n", command);
  }
  Delete("n");
  int turns = 0;
  for (; core_->next_timer() != absl::InfiniteFuture(); ++turns) {
    now_ = core_->next_timer();
    core_->RunTimers(now_);
  }
  EXPECT_EQ(turns, 4);
}

}  // namespace
}  // namespace cache_invalidation::shard
