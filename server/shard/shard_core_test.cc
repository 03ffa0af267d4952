// SPDX-License-Identifier: Apache-2.0

#include "server/shard/shard_core.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "common/limits.h"
#include "server/engine/limits.h"
#include "server/shard/testing/shard_core_fixture.h"

namespace cache_invalidation::shard {
namespace {

using ShardCoreTest = ShardCoreFixture;
using Revisions = std::vector<uint64_t>;

TEST_F(ShardCoreTest, TheFirstCommandCreatesTheNamespaceWithTheDefaultRules) {
  const Result answer = Call("n", Write("user", "42"));
  ASSERT_TRUE(answer.ok());
  const auto& result = std::get<engine::InvalidationResult>(*answer);
  EXPECT_EQ(result.revision, 1u);
  EXPECT_EQ(result.rules_fired, std::vector<std::string>{"default"});
  EXPECT_EQ(Published("n"), Revisions{1});
  EXPECT_EQ(*store_.ListNamespaces(), std::vector<std::string>{"n"});
  EXPECT_EQ(StoredRows("n", wire::RowKind::kRule), std::vector<std::string>{"default"});
  EXPECT_EQ(quota_->taken(), 1u);
}

TEST_F(ShardCoreTest, ADeletedDefaultRuleStaysDeleted) {
  EXPECT_TRUE(std::get<engine::DeleteResult>(*Call("n", engine::DeleteRule{"default"})).found);
  EXPECT_EQ(Stats("n").rules, 0u);
  EXPECT_TRUE(StoredRows("n", wire::RowKind::kRule).empty());
}

TEST_F(ShardCoreTest, ARefusedFirstCommandLeavesNothingBehind) {
  engine::Rule malformed = MakeRule("r", "user", "session");
  malformed.condition = "(true";
  EXPECT_EQ(Call("n", engine::RegisterRule{malformed}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(core_->EngineForTest("n"), nullptr);
  EXPECT_EQ(store_.ListNamespaces()->size(), 0u);
  EXPECT_EQ(store_.writes(), 0);
  EXPECT_EQ(quota_->taken(), 0u);
  EXPECT_EQ(observer_.refused_commands(), 1);
}

TEST_F(ShardCoreTest, RefusesNamespacesAboveTheLimitButServesThoseThatAreThere) {
  for (const char* name : {"a", "b", "c"}) {
    EXPECT_TRUE(Call(name, Write("user", "1")).ok());
  }
  EXPECT_EQ(Call("d", Write("user", "1")).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(Call("c", Write("user", "1")).ok());
  EXPECT_EQ(Stats("d").revision, 0u);
  EXPECT_EQ(store_.ListNamespaces()->size(), 3u);
}

TEST_F(ShardCoreTest, AMissingNamespaceAnswersQueriesAsANewOne) {
  EXPECT_EQ(Stats("n").rules, 1u);
  const Result rules = Call("n", engine::GetRule{"default"});
  EXPECT_EQ(std::get<engine::GetRuleResult>(*rules).rule->name, "default");
  EXPECT_EQ(core_->EngineForTest("n"), nullptr);
  EXPECT_EQ(store_.writes(), 0);
}

TEST_F(ShardCoreTest, ExplainsAWriteOfAMissingNamespaceAsItsFirstWriteWouldGo) {
  engine::ExplainWrite query;
  query.write.resource_type = "user";
  query.write.resource_id = "42";
  query.write.operation = "update";
  const Result answer = Call("n", query);
  bool explains_default_rule = false;
  for (const engine::ExplanationNode& child :
       std::get<engine::ExplainWriteResult>(*answer).explanation.root.children) {
    explains_default_rule |=
        child.kind == engine::ExplanationKind::kRule && child.name == "default";
  }
  EXPECT_TRUE(explains_default_rule);
  EXPECT_EQ(core_->EngineForTest("n"), nullptr);
}

TEST_F(ShardCoreTest, TimersOfAMissingNamespaceDoNothing) {
  EXPECT_TRUE(Call("n", engine::FlushBatch{1}).ok());
  core_->Trim("n", 5, now_);
  EXPECT_EQ(core_->EngineForTest("n"), nullptr);
  EXPECT_EQ(store_.writes(), 0);
}

TEST_F(ShardCoreTest, AnswersAreHeldUntilTheirGroupIsDurable) {
  const auto write = Submit("n", {Write("user", "1")});
  const auto read = Submit("n", {engine::GetInvalidationStats{}});
  EXPECT_EQ(write->calls, 0);
  EXPECT_EQ(read->calls, 0);
  Commit();
  EXPECT_EQ(write->calls, 1);
  ASSERT_EQ(read->calls, 1);
  // A later command sees the state, not the disk.
  EXPECT_EQ(std::get<engine::InvalidationStats>(*read->answers.at(0)).revision, 1u);
}

TEST_F(ShardCoreTest, CountsNothingBeforeItIsDurable) {
  Call("n", Write("user", "1"));
  EXPECT_EQ(observer_.durable_commands(), 1);
  Submit("n", {Write("user", "2"), engine::GetInvalidationStats{}});
  Submit("new", {Write("user", "2")});
  EXPECT_EQ(observer_.applied(), 3);
  EXPECT_EQ(observer_.durable_commands(), 1);
  EXPECT_EQ(observer_.durable_queries(), 0);
  EXPECT_EQ(quota_->taken(), 2u);
  EXPECT_EQ(quota_->durable(), 1u);
  Commit();
  EXPECT_EQ(observer_.durable_commands(), 3);
  EXPECT_EQ(observer_.durable_queries(), 1);
  EXPECT_EQ(quota_->durable(), 2u);
  store_.Break();
  Submit("newer", {Write("user", "3")});
  Commit();
  EXPECT_EQ(observer_.durable_commands(), 3);
  EXPECT_EQ(quota_->durable(), 2u);
}

TEST_F(ShardCoreTest, WhatIsNotDurableIsUnknown) {
  const auto write = Submit("n", {Write("user", "1"), Write("user", "2")});
  const auto read = Submit("n", {engine::GetInvalidationStats{}});
  store_.Break();
  Commit();
  EXPECT_TRUE(fatal_);
  ASSERT_EQ(write->answers.size(), 2u);
  EXPECT_EQ(write->answers[1].status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(read->answers.at(0).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(Published("n").empty());
}

TEST_F(ShardCoreTest, ASubmissionIsAppliedInOrderAndAnsweredAsAWhole) {
  const auto answered = Submit("n", {Write("user", "1"), engine::GetInvalidationStats{},
                                     Write("user", "2"), engine::GetInvalidationStats{}});
  const GroupStats stats = Commit();
  ASSERT_EQ(answered->answers.size(), 4u);
  EXPECT_EQ(std::get<engine::InvalidationStats>(*answered->answers[1]).revision, 1u);
  EXPECT_EQ(std::get<engine::InvalidationResult>(*answered->answers[2]).revision, 2u);
  EXPECT_EQ(std::get<engine::InvalidationStats>(*answered->answers[3]).revision, 2u);
  EXPECT_EQ(stats.submissions, 1u);
  EXPECT_EQ(stats.commands, 2u);
  EXPECT_EQ(stats.queries, 2u);
  EXPECT_EQ(stats.events, 2u);
  EXPECT_EQ(stats.chunks, 1u);
}

TEST_F(ShardCoreTest, DropsQueriesAndDeclarationsWhoseCallerHasGone) {
  const std::vector<Request> dropped = {engine::Command(engine::RegisterRule{}),
                                        engine::Command(engine::DeleteRule{"default"}),
                                        engine::Command(engine::AddCacheDependency{}),
                                        engine::Command(engine::RemoveCacheDependency{}),
                                        engine::Command(engine::UntrackEntries{}),
                                        engine::Command(engine::SetBatchDelay{}),
                                        engine::Query(engine::GetInvalidationStats{})};
  for (const Request& request : dropped) {
    const std::shared_ptr<Answered> answered = SubmitAndLeave({request, request});
    ASSERT_EQ(answered->answers.size(), 2u);
    EXPECT_EQ(answered->answers[0].status().code(), absl::StatusCode::kCancelled);
  }
  EXPECT_EQ(core_->EngineForTest("n"), nullptr);
  EXPECT_EQ(observer_.cancelled(), static_cast<int>(dropped.size()));
  EXPECT_EQ(observer_.applied(), 0);
}

// The database has committed what the caller tells of, whatever becomes of him.
TEST_F(ShardCoreTest, AppliesWhatInvalidatesAlsoWithoutItsCaller) {
  engine::Invalidate everything;
  everything.everything = true;
  const std::vector<Request> applied = {
      engine::Command(Write("user", "1")), engine::Command(everything),
      engine::Command(engine::InvalidateWithDependencies{"k", true}),
      engine::Command(engine::FlushPendingInvalidations{}),
      engine::Command(Track("k", "t", absl::Minutes(1)))};
  for (const Request& request : applied) {
    const std::shared_ptr<Answered> answered = SubmitAndLeave({request, request});
    ASSERT_EQ(answered->answers.size(), 2u);
    EXPECT_TRUE(answered->answers[1].ok()) << answered->answers[1].status();
  }
  EXPECT_EQ(Published("n"), (Revisions{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(observer_.cancelled(), 0);
}

TEST_F(ShardCoreTest, NamespacesDoNotSeeEachOther) {
  Submit("a", {Write("user", "1"), Write("user", "2")});
  Submit("b", {Write("user", "3")});
  Commit();
  EXPECT_EQ(Published("a"), (Revisions{1, 2}));
  EXPECT_EQ(Published("b"), Revisions{1});
}

class ShardCoreBatchTest : public ShardCoreFixture {
 protected:
  ShardCoreBatchTest() {
    Call("n", engine::RegisterRule{
                  MakeRule("batched", "form", "form_state", engine::Strategy::kBatched)});
  }
};

TEST_F(ShardCoreBatchTest, FlushesABatchWhenItIsDue) {
  Call("n", Write("form", "1"));
  EXPECT_EQ(Published("n"), Revisions{1});
  EXPECT_EQ(core_->next_timer(), now_ + kDefaultBatchDelay);

  now_ += kDefaultBatchDelay - absl::Nanoseconds(1);
  core_->RunTimers(now_);
  Commit();
  EXPECT_EQ(Published("n"), Revisions{1});

  now_ += absl::Nanoseconds(1);
  core_->RunTimers(now_);
  Commit();
  EXPECT_EQ(Published("n"), (Revisions{1, 2}));
  EXPECT_EQ(Stats("n").pending_targets, 0u);
  EXPECT_GT(core_->next_timer(), now_);
}

TEST_F(ShardCoreBatchTest, AShorterDelayMovesTheDeadlineUp) {
  Call("n", Write("form", "1"));
  Call("n", engine::SetBatchDelay{absl::Milliseconds(5)});
  EXPECT_EQ(core_->next_timer(), now_ + absl::Milliseconds(5));
}

TEST_F(ShardCoreBatchTest, ABatchThatWasFlushedIsNotFlushedAgain) {
  Call("n", Write("form", "1"));
  Call("n", engine::FlushPendingInvalidations{});
  now_ += absl::Seconds(1);
  core_->RunTimers(now_);
  Commit();
  EXPECT_EQ(Published("n"), (Revisions{1, 2}));
}

TEST_F(ShardCoreBatchTest, ACleanStopFlushesWhatIsPending) {
  Call("n", Write("form", "1"));
  core_->FlushEverything(now_);
  Commit();
  EXPECT_EQ(Published("n"), (Revisions{1, 2}));
}

TEST_F(ShardCoreTest, WritesCountersOfRulesAtMostOnceASecond) {
  using wire::RowKind;
  for (int i = 0; i < 5; ++i) {
    Call("n", Write("user", "1"));
  }
  EXPECT_TRUE(StoredRows("n", RowKind::kRuleCounters).empty());
  now_ += kRuleCountersInterval;
  EXPECT_LE(core_->next_timer(), now_);
  core_->RunTimers(now_);
  Commit();
  EXPECT_EQ(StoredRows("n", RowKind::kRuleCounters), std::vector<std::string>{"default"});
}

TEST_F(ShardCoreTest, ADeletedRuleTakesItsCountersAlong) {
  using wire::RowKind;
  Call("n", Write("user", "1"));
  core_->FlushEverything(now_);
  Commit();
  ASSERT_EQ(StoredRows("n", RowKind::kRuleCounters).size(), 1u);
  Call("n", Write("user", "1"));
  Call("n", engine::DeleteRule{"default"});
  core_->FlushEverything(now_);
  Commit();
  EXPECT_TRUE(StoredRows("n", RowKind::kRuleCounters).empty());
}

TEST_F(ShardCoreTest, SweepsWhatHasExpired) {
  Call("n", Track("k", "user:1", absl::Seconds(1)));
  EXPECT_EQ(Stats("n").tracked_entries, 1u);
  now_ += kSweepInterval;
  EXPECT_LE(core_->next_timer(), now_);
  core_->RunTimers(now_);
  Commit();
  EXPECT_EQ(Stats("n").tracked_entries, 0u);
  EXPECT_TRUE(StoredRows("n", wire::RowKind::kEntry).empty());
}

TEST_F(ShardCoreTest, SweepsManyKeysInSeveralTurns) {
  constexpr uint64_t kKeys = engine::kSweepKeys * 5 / 2;
  std::vector<std::string> keys;
  for (uint64_t i = 0; i < kKeys; ++i) {
    keys.push_back("key " + std::to_string(i));
  }
  for (const std::string& key : keys) {
    Submit("n", {Track(key, "user:1", absl::Seconds(1))});
  }
  Commit();
  now_ += kSweepInterval;
  int turns = 0;
  for (; Stats("n").tracked_entries > 0 && turns < 10; ++turns) {
    core_->RunTimers(now_);
    EXPECT_GT(core_->next_timer(), now_);
    now_ = core_->next_timer();
  }
  EXPECT_GE(turns, 3);
  EXPECT_EQ(Stats("n").tracked_entries, 0u);
}

TEST_F(ShardCoreTest, SweepsThatFindNothingWriteNothing) {
  Call("a", Track("k", "user:1", absl::Hours(1)));
  Call("b", Write("user", "1"));
  core_->FlushEverything(now_);
  Commit();
  const int writes = store_.writes();
  for (int round = 0; round < 3; ++round) {
    now_ += kSweepInterval;
    core_->RunTimers(now_);
    Commit();
  }
  EXPECT_EQ(store_.writes(), writes);
  EXPECT_GT(observer_.applied(), 4);
}

TEST_F(ShardCoreTest, TrimsEngineAndStoreTogether) {
  for (int i = 0; i < 5; ++i) {
    Call("n", Write("item", "1"));
  }
  core_->Trim("n", 3, now_);
  EXPECT_EQ(core_->next_timer(), now_);
  core_->RunTimers(now_);
  core_->FlushEverything(now_);
  Commit();
  EXPECT_EQ(core_->EngineForTest("n")->floor(), 3u);
  EXPECT_EQ(*store_.Retained("n"), (storage::RetainedRevisions{3, 5}));

  // What is trimmed already costs nothing.
  const int writes = store_.writes();
  const absl::Time timer = core_->next_timer();
  core_->Trim("n", 2, now_);
  core_->Trim("n", 3, now_);
  EXPECT_EQ(core_->next_timer(), timer);
  now_ += kSweepInterval;
  core_->RunTimers(now_);
  Commit();
  EXPECT_EQ(store_.writes(), writes);
}

TEST_F(ShardCoreTest, ReportsNowAndThenThatEntriesMadeRoom) {
  using Reports = std::vector<std::pair<std::string, uint64_t>>;
  limits_.entries = 1;
  Restart();
  for (absl::string_view key : {"a", "b", "c", "d"}) {
    Call("n", Track(key, "user:1", absl::Hours(1)));
  }
  EXPECT_EQ(Stats("n").dropped_entries, 3u);
  EXPECT_EQ(StoredRows("n", wire::RowKind::kEntry), std::vector<std::string>{"d"});
  EXPECT_EQ(reports_, (Reports{{"n", 1}}));
  now_ += kDropReportInterval;
  Call("n", Track("e", "user:1", absl::Hours(1)));
  EXPECT_EQ(reports_, (Reports{{"n", 1}, {"n", 3}}));
}

TEST_F(ShardCoreTest, NamesThatAreTooManyGoWithTheNextRounds) {
  limits_.remembered_names = 4;
  Restart();
  for (int i = 0; i < 10; ++i) {
    Call("n", Write("user", std::to_string(i)));
  }
  now_ += kSweepInterval;
  core_->RunTimers(now_);
  EXPECT_EQ(core_->EngineForTest("n")->floor(), 0u);
  EXPECT_EQ(core_->next_timer(), now_ + kTrimInterval);
  now_ += kTrimInterval;
  core_->RunTimers(now_);
  Commit();
  EXPECT_GT(core_->EngineForTest("n")->floor(), 0u);
  // Subscribers may go on reading.
  EXPECT_EQ(*store_.Retained("n"), (storage::RetainedRevisions{0, 10}));
}

TEST_F(ShardCoreTest, TrimsThatComeQuicklyShareARound) {
  Call("n", Write("user", "1"));
  Call("n", Write("user", "1"));
  core_->Trim("n", 1, now_);
  core_->RunTimers(now_);
  core_->Trim("n", 2, now_);
  EXPECT_EQ(core_->next_timer(), now_ + kTrimInterval);
  core_->RunTimers(now_);
  EXPECT_EQ(core_->EngineForTest("n")->floor(), 1u);
  now_ += kTrimInterval;
  core_->RunTimers(now_);
  EXPECT_EQ(core_->EngineForTest("n")->floor(), 2u);
}

// The store keeps history as long as an entry that it hit has not been looked at.
TEST_F(ShardCoreTest, TrimsManyKeysInSeveralTurns) {
  constexpr uint64_t kKeys = engine::kSweepKeys * 5 / 2;
  for (uint64_t i = 0; i < kKeys; ++i) {
    const std::string key = "key " + std::to_string(i);
    Submit("n", {Track(key, "user:1", absl::Hours(1))});
  }
  Call("n", Write("user", "1"));
  core_->Trim("n", 1, now_);
  int turns = 0;
  for (; core_->EngineForTest("n")->floor() == 0 && turns < 10; ++turns) {
    EXPECT_EQ(*store_.Retained("n"), (storage::RetainedRevisions{0, 1}));
    core_->RunTimers(now_);
    Commit();
    now_ = core_->next_timer();
  }
  EXPECT_EQ(turns, 3);
  EXPECT_EQ(*store_.Retained("n"), (storage::RetainedRevisions{1, 1}));
  EXPECT_TRUE(StoredRows("n", wire::RowKind::kEntry).empty());
}

TEST_F(ShardCoreTest, HasNothingToDoWithoutNamespaces) {
  EXPECT_EQ(core_->next_timer(), absl::InfiniteFuture());
}

TEST_F(ShardCoreTest, KnowsHowLargeItsGroupIs) {
  EXPECT_TRUE(core_->group_empty());
  Submit("n", {Write("user", "1")});
  EXPECT_FALSE(core_->group_empty());
  const size_t one = core_->group_bytes();
  Submit("n", {Write("user", "2")});
  EXPECT_GT(core_->group_bytes(), one);
}

}  // namespace
}  // namespace cache_invalidation::shard
