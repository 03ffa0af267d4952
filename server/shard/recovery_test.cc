#include "server/shard/recovery.h"

#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "server/shard/shard_core_test.h"

namespace cache_invalidation::shard {
namespace {

class RecoveryTest : public ShardCoreFixture {
 protected:
  std::unique_ptr<engine::Engine> Rebuild(absl::string_view name) {
    absl::StatusOr<std::unique_ptr<engine::Engine>> engine =
        RebuildEngine(store_, name, kEpoch, now_);
    EXPECT_TRUE(engine.ok()) << engine.status();
    return engine.ok() ? *std::move(engine) : nullptr;
  }

  // A stop and a start: what was not committed is gone.
  void RestartFromStore() {
    Restart();
    const std::vector<std::string> names = *store_.ListNamespaces();
    for (const std::string& name : names) {
      core_->Adopt(name, Rebuild(name));
    }
  }

  // One random command about few names, so that they meet.
  engine::Command RandomCommand() {
    const auto pick = [this](const std::vector<std::string>& names) {
      return absl::string_view(names[random_() % names.size()]);
    };
    switch (random_() % 9) {
      case 0:
        return Track(pick(keys_), pick(tags_), absl::Seconds(1 + random_() % 100));
      case 1: {
        engine::AddCacheDependency command;
        command.key = pick(keys_);
        command.depends_on.tags = {pick(tags_)};
        return command;
      }
      case 2: {
        engine::UntrackEntries command;
        command.keys = {pick(keys_)};
        return command;
      }
      case 3: {
        engine::Invalidate command;
        command.tags = {pick(tags_)};
        command.strategy =
            random_() % 2 == 0 ? engine::Strategy::kBatched : engine::Strategy::kLazy;
        return command;
      }
      case 4: {
        engine::Invalidate command;
        command.pattern = "k[1-3]";
        return command;
      }
      case 5:
        return engine::RegisterRule{MakeRule(std::string(pick(types_)), std::string(pick(types_)),
                                             std::string(pick(tags_)),
                                             static_cast<engine::Strategy>(random_() % 4))};
      case 6:
        return engine::DeleteRule{pick(types_)};
      case 7: {
        engine::RegisterRelationship command;
        command.relationship.name = std::string(pick(types_));
        command.relationship.source_type = std::string(pick(types_));
        command.relationship.target_types = {std::string(pick(types_))};
        return command;
      }
      default:
        return Write(pick(types_), pick(ids_));
    }
  }

  void SeedRandom(uint32_t seed) { random_.seed(seed); }

  std::mt19937 random_;
  const std::vector<std::string> types_ = {"user", "form", "order"};
  const std::vector<std::string> ids_ = {"1", "2", ""};
  const std::vector<std::string> tags_ = {"user:1", "user", "form:2", "order:#all", "session"};
  const std::vector<std::string> keys_ = {"k1", "k2", "k3", "k4", "k5"};
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
    SeedRandom(seed);
    const std::string name = absl::StrCat("n", seed);
    Restart();
    for (int step = 0; step < 60; ++step) {
      now_ += absl::Milliseconds(random_() % 1000);
      core_->RunTimers(now_);
      Submit(name, {RandomCommand()});
      if (random_() % 20 == 0 && core_->EngineForTest(name) != nullptr) {
        const engine::Engine& engine = *core_->EngineForTest(name);
        Commit();
        core_->Trim(name, engine.head() / 2, now_);
      }
      if (random_() % 3 == 0) {
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
  EXPECT_EQ(std::get<engine::InvalidationReply>(Call("n", Write("user", "3")).reply).revision, 3u);
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
  chunk->entries = {{.offset = 0, .size = 0, .revision = 2, .part = 0, .last_part = true}};
  batch.chunks.push_back(chunk);
  ASSERT_TRUE(store_.Write({&batch}, storage::Store::Sync::kNo).ok());
  EXPECT_EQ(RebuildEngine(store_, "n", kEpoch, now_).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(RecoveryTest, RefusesRowsThatItCannotRead) {
  Call("n", Write("user", "1"));
  storage::WriteBatch batch;
  batch.rows.push_back({.namespace_name = "n", .row = {wire::RowKind::kMeta, "", "\xff"}});
  ASSERT_TRUE(store_.Write({&batch}, storage::Store::Sync::kNo).ok());
  EXPECT_EQ(RebuildEngine(store_, "n", kEpoch, now_).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(LastRecordedTime(store_).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace cache_invalidation::shard
