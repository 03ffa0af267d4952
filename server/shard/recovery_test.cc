// SPDX-License-Identifier: Apache-2.0

#include "server/shard/shard_set.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "server/engine/limits.h"
#include "server/shard/shard_core.h"
#include "server/shard/testing/random_commands.h"
#include "server/shard/testing/shard_core_fixture.h"

namespace cache_invalidation::shard {
namespace {

class RecoveryTest : public ShardCoreFixture {
 protected:
  std::unique_ptr<engine::Engine> Rebuild(absl::string_view name) {
    absl::StatusOr<std::unique_ptr<engine::Engine>> engine =
        RebuildEngine(store_, name, kEpoch, {});
    EXPECT_TRUE(engine.ok()) << engine.status();
    return engine.ok() ? *std::move(engine) : nullptr;
  }

  // A stop and a start: what was not committed is gone.
  void RestartFromStore() {
    Restart();
    const std::vector<std::string> names = *store_.ListNamespaces();
    for (const std::string& name : names) {
      core_->Adopt(name, Rebuild(name), now_);
    }
  }
};

TEST_F(RecoveryTest, AnEmptyStoreHasNoTime) {
  EXPECT_EQ(*LastRecordedTime(store_), absl::UnixEpoch());
}

TEST_F(RecoveryTest, TheLastTimeIsTheLatestOfAllNamespaces) {
  Call("a", Write("user", "1"));
  now_ += absl::Seconds(5);
  Call("b", Write("user", "1"));
  const absl::Time last = now_;
  now_ += absl::Seconds(5);
  EXPECT_EQ(*LastRecordedTime(store_), last);
}

TEST_F(RecoveryTest, StateAfterACleanStopIsTheStateBefore) {
  for (uint32_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    RandomCommands random(seed);
    const std::string name = absl::StrCat("n", seed);
    Restart();
    for (int step = 0; step < 60; ++step) {
      now_ += absl::Milliseconds(random.Below(1000));
      core_->RunTimers(now_);
      Submit(name, {random.Next()});
      if (random.Below(20) == 0 && core_->EngineForTest(name) != nullptr) {
        const engine::Engine& engine = *core_->EngineForTest(name);
        Commit();
        core_->Trim(name, engine.head() / 2, now_);
        core_->RunTimers(now_);
      }
      if (random.Below(3) == 0) {
        Commit();
      }
    }
    core_->FlushEverything(now_);
    Commit();
    const std::string before = core_->EngineForTest(name)->DumpForTest();
    EXPECT_EQ(Rebuild(name)->DumpForTest(), before);
  }
}

TEST_F(RecoveryTest, GoesOnWithTheNextRevision) {
  Call("n", Write("user", "1"));
  Call("n", Write("user", "2"));
  RestartFromStore();
  EXPECT_EQ(quota_->taken(), 1u);
  EXPECT_EQ(std::get<engine::InvalidationResult>(*Call("n", Write("user", "3"))).revision, 3u);
  EXPECT_EQ(Published("n"), (std::vector<uint64_t>{1, 2, 3}));
}

TEST_F(RecoveryTest, APendingBatchIsFlushedAtOnce) {
  engine::Invalidate batched;
  batched.tags = {"form_state"};
  batched.strategy = engine::Strategy::kBatched;
  Call("n", batched);
  EXPECT_TRUE(Published("n").empty());
  RestartFromStore();
  EXPECT_LE(core_->next_timer(), now_);
  core_->RunTimers(now_);
  Commit();
  EXPECT_EQ(Published("n"), std::vector<uint64_t>{1});
}

TEST_F(RecoveryTest, StateDoesNotDependOnWhenItIsRead) {
  engine::Invalidate batched;
  batched.tags = {"form_state"};
  batched.strategy = engine::Strategy::kBatched;
  Call("n", Track("k", "user:1", absl::Seconds(10)));
  Call("n", batched);
  const std::string before = core_->EngineForTest("n")->DumpForTest();
  const auto deadline = core_->EngineForTest("n")->batch_deadline();
  now_ += absl::Hours(2);
  const std::unique_ptr<engine::Engine> rebuilt = Rebuild("n");
  EXPECT_EQ(rebuilt->DumpForTest(), before);
  ASSERT_TRUE(rebuilt->batch_deadline().has_value());
  EXPECT_EQ(rebuilt->batch_deadline()->at, deadline->at);
  EXPECT_EQ(rebuilt->batch_deadline()->generation, deadline->generation);
}

// Sweeps that find nothing write nothing; where they stand is written with the next command.
TEST_F(RecoveryTest, ARoundOfSweepingGoesOnWhereItStood) {
  for (uint64_t i = 0; i < engine::kSweepKeys * 3 / 2; ++i) {
    const std::string key = "key " + std::to_string(i);
    Submit("n", {Track(key, "user:1", absl::Hours(1))});
  }
  core_->FlushEverything(now_);  // the counters of the rules that it began with
  Commit();
  const int writes = store_.writes();
  now_ += kSweepInterval;
  core_->RunTimers(now_);
  Commit();
  EXPECT_EQ(store_.writes(), writes);
  EXPECT_TRUE(StoredRows("n", wire::RowKind::kSweep).empty());
  Call("n", Write("user", "1"));
  core_->FlushEverything(now_);  // the counters of rules come later
  Commit();
  EXPECT_EQ(StoredRows("n", wire::RowKind::kSweep).size(), 1u);
  const bool same = Rebuild("n")->DumpForTest() == core_->EngineForTest("n")->DumpForTest();
  EXPECT_TRUE(same);
  now_ = core_->next_timer();
  core_->RunTimers(now_);
  Call("n", Write("user", "1"));
  EXPECT_TRUE(StoredRows("n", wire::RowKind::kSweep).empty()) << "the round is over";
}

TEST_F(RecoveryTest, WhatWasNotCommittedIsGone) {
  Call("n", Write("user", "1"));
  Submit("n", {Write("user", "2")});
  Submit("m", {Write("user", "2")});
  RestartFromStore();
  EXPECT_EQ(core_->EngineForTest("n")->head(), 1u);
  EXPECT_EQ(core_->EngineForTest("m"), nullptr);
}

TEST_F(RecoveryTest, ALargeHistoryIsReadInPages) {
  const std::string tail(kMaxTagBytes - 20, 'x');
  std::vector<std::string> tags;
  for (int i = 0; i < 3000; ++i) {
    tags.push_back(absl::StrCat("tag:", i, tail));
  }
  engine::Invalidate large;
  large.tags.assign(tags.begin(), tags.end());
  for (int i = 0; i < 4; ++i) {
    Call("n", large);
  }
  core_->FlushEverything(now_);
  EXPECT_EQ(Rebuild("n")->DumpForTest(), core_->EngineForTest("n")->DumpForTest());
}

TEST_F(RecoveryTest, RefusesAHistoryThatDoesNotFitTheState) {
  Call("n", Write("user", "1"));
  storage::WriteBatch batch;
  auto chunk = std::make_shared<wire::Chunk>();
  chunk->namespace_name = "n";
  chunk->parts = {{.offset = 0, .size = 0, .revision = 2, .number = 0, .last_part = true}};
  batch.chunks.push_back(chunk);
  ASSERT_TRUE(store_.Write({&batch}, storage::Store::Sync::kNo).ok());
  EXPECT_EQ(RebuildEngine(store_, "n", kEpoch, {}).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(RecoveryTest, RefusesRowsThatItCannotRead) {
  Call("n", Write("user", "1"));
  storage::WriteBatch batch;
  batch.rows.push_back({.namespace_name = "n", .row = {wire::RowKind::kMeta, "", "\xff"}});
  ASSERT_TRUE(store_.Write({&batch}, storage::Store::Sync::kNo).ok());
  EXPECT_EQ(RebuildEngine(store_, "n", kEpoch, {}).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(LastRecordedTime(store_).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace cache_invalidation::shard
