// SPDX-License-Identifier: Apache-2.0

#include "server/shard/testing/shard_set_fixture.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::shard {
namespace {

ShardSetOptions WithShards(size_t shards) {
  ShardSetOptions options;
  options.shards = shards;
  return options;
}

TEST_F(ShardSetTest, AppliesAndAnswers) {
  Start();
  Inbox inbox;
  ASSERT_TRUE(shards_->Submit(inbox.Expect("n", Write("user", "1"))).ok());
  const std::vector<Result> answers = inbox.Await(1);
  EXPECT_EQ(std::get<engine::InvalidationResult>(*answers[0]).revision, 1u);
  EXPECT_EQ(shards_->namespaces(), 1u);
  Stop();
}

TEST_F(ShardSetTest, FlushesADueBatchByItself) {
  Start();
  engine::Invalidate batched;
  batched.tags = {"form"};
  batched.strategy = engine::Strategy::kBatched;
  Inbox inbox;
  ASSERT_TRUE(shards_->Submit(inbox.Expect("n", batched)).ok());
  inbox.Await(1);
  EXPECT_TRUE(publisher_.published().empty());
  clock_.AwaitWaiters(1);
  clock_.Advance(kDefaultBatchDelay);
  // The shard has woken; it takes this after the timer.
  ASSERT_TRUE(shards_->Submit(inbox.Expect("n", engine::GetInvalidationStats{})).ok());
  const std::vector<Result> answers = inbox.Await(2);
  EXPECT_EQ(std::get<engine::InvalidationStats>(*answers[1]).pending_targets, 0u);
  EXPECT_EQ(publisher_.published().size(), 1u);
  Stop();
}

TEST_F(ShardSetTest, StopAppliesWhatCameAndFlushesWhatIsPending) {
  Start(WithShards(3));
  engine::Invalidate batched;
  batched.tags = {"form"};
  batched.strategy = engine::Strategy::kBatched;
  Inbox inbox;
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    ASSERT_TRUE(shards_->Submit(inbox.Expect(name, batched)).ok());
  }
  Stop();
  EXPECT_EQ(inbox.Await(5).size(), 5u);
  EXPECT_EQ(publisher_.published().size(), 5u);

  EXPECT_EQ(shards_->Submit(inbox.Expect("a", batched)).code(), absl::StatusCode::kUnavailable);
  shards_->Trim("a", 1);
  EXPECT_EQ(observer_.refused(), 1);
  shards_->Close();
}

TEST_F(ShardSetTest, TrimsOnRequest) {
  Start();
  Inbox inbox;
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(shards_->Submit(inbox.Expect("n", Write("user", "1"))).ok());
  }
  inbox.Await(4);
  shards_->Trim("n", 3);
  Stop();
  EXPECT_EQ(*store_.Retained("n"), (storage::RetainedRevisions{3, 4}));
}

TEST_F(ShardSetTest, AnotherNumberOfShardsFindsEveryNamespace) {
  Start(WithShards(4));
  Inbox inbox;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(shards_->Submit(inbox.Expect(absl::StrCat("n", i), Write("user", "1"))).ok());
  }
  Stop();
  EXPECT_EQ(inbox.Await(20).size(), 20u);

  Start(WithShards(2));
  EXPECT_EQ(shards_->namespaces(), 20u);
  Inbox after;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(shards_->Submit(after.Expect(absl::StrCat("n", i), Write("user", "2"))).ok());
  }
  for (const Result& answer : after.Await(20)) {
    EXPECT_EQ(std::get<engine::InvalidationResult>(*answer).revision, 2u);
  }
  Stop();
}

// What another history left of entries is not trusted; the rest of the state is.
TEST_F(ShardSetTest, InvalidatesEverythingFirstIfAskedTo) {
  Start(WithShards(2));
  Inbox inbox;
  for (const char* name : {"a", "b", "c"}) {
    ASSERT_TRUE(shards_->Submit(inbox.Expect(name, Track("k", "t", absl::Hours(1)))).ok());
    ASSERT_TRUE(
        shards_->Submit(inbox.Expect(name, engine::RegisterRule{MakeRule("r", "x", "y")})).ok());
  }
  inbox.Await(6);
  Stop();
  ASSERT_TRUE(publisher_.published().empty());

  Start(WithShards(2), /*invalidate_everything=*/true);
  Inbox after;
  for (const char* name : {"a", "b", "c"}) {
    ASSERT_TRUE(shards_->Submit(after.Expect(name, engine::LookupEntry{"k"})).ok());
    ASSERT_TRUE(shards_->Submit(after.Expect(name, engine::GetInvalidationStats{})).ok());
  }
  for (const Result& answer : after.Await(6)) {
    if (const auto* entry = std::get_if<engine::LookupEntryResult>(&*answer)) {
      EXPECT_EQ(entry->state, engine::EntryState::kAbsent);
    } else {
      EXPECT_EQ(std::get<engine::InvalidationStats>(*answer).revision, 1u);
    }
  }
  EXPECT_EQ(publisher_.published().size(), 3u);
  Stop();
}

TEST_F(ShardSetTest, EngineTimeGoesOnWhereTheLastStartEnded) {
  Start();
  clock_.Advance(absl::Hours(5));
  Inbox inbox;
  ASSERT_TRUE(shards_->Submit(inbox.Expect("n", Track("k", "user:1", absl::Hours(1)))).ok());
  inbox.Await(1);
  Stop();
  // The operator sets the clock back. The entry has an hour left, not six.
  clock_.SetWallClock(clock_.Now() - absl::Hours(5));
  Start();
  ASSERT_TRUE(shards_->Submit(inbox.Expect("n", engine::LookupEntry{"k"})).ok());
  const std::vector<Result> answers = inbox.Await(2);
  const auto& result = std::get<engine::LookupEntryResult>(*answers[1]);
  ASSERT_TRUE(result.ttl.has_value());
  EXPECT_LE(*result.ttl, absl::Hours(1));
  Stop();
}

TEST_F(ShardSetTest, ManyCallersEachSeeTheirNamespaceInOrder) {
  constexpr int kCallers = 8;
  constexpr int kEach = 500;
  constexpr int kNamespaces = 4;
  Start(WithShards(2));
  std::atomic<int> answered = 0;
  std::vector<std::thread> callers;
  for (int caller = 0; caller < kCallers; ++caller) {
    callers.emplace_back([&, caller] {
      const std::string name = absl::StrCat("n", caller % kNamespaces);
      for (int i = 0; i < kEach;) {
        auto submission = std::make_unique<Submission>();
        submission->namespace_name = name;
        submission->requests.push_back(Write("user", "1"));
        submission->size_bytes = 1;
        submission->done = [&answered](std::vector<Result> answers) {
          answered += answers[0].ok() ? 1 : 0;
        };
        i += shards_->Submit(std::move(submission)).ok() ? 1 : 0;
      }
    });
  }
  for (std::thread& caller : callers) {
    caller.join();
  }
  Stop();
  EXPECT_EQ(answered, kCallers * kEach);
  std::vector<uint64_t> next(kNamespaces, 1);
  for (const commit::Group::Published& published : publisher_.published()) {
    uint64_t& expected = next[published.namespace_name[1] - '0'];
    for (const auto& chunk : published.chunks) {
      for (const wire::Chunk::Part& part : chunk->parts) {
        EXPECT_EQ(part.revision, expected++);
      }
    }
    EXPECT_EQ(published.head, expected - 1);
  }
  for (const uint64_t revision : next) {
    EXPECT_EQ(revision, kCallers * kEach / kNamespaces + 1u);
  }
}

TEST_F(ShardSetTest, AStoreThatCannotBeReadIsNotServed) {
  storage::WriteBatch batch;
  batch.rows.push_back({.namespace_name = "n", .row = {wire::RowKind::kMeta, "", "\xff"}});
  ASSERT_TRUE(store_.Write({&batch}, storage::Store::Sync::kNo).ok());
  EXPECT_EQ(ShardSet::Restore({}, store_, clock_, observer_, [](commit::Group) {}).status().code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace cache_invalidation::shard
