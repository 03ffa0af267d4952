// SPDX-License-Identifier: Apache-2.0

// What the shards do while the store writes, and what anybody hears of it meanwhile.

#include <string>
#include <thread>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "server/shard/testing/shard_set_fixture.h"

namespace cache_invalidation::shard {
namespace {

class PipelineTest : public ShardSetTest {
 protected:
  // Hands in a request of the one namespace.
  void Submit(Request request) {
    ASSERT_TRUE(shards_->Submit(inbox_.Expect("n", std::move(request))).ok());
  }

  // Waits until that many have been applied and handed over. REQUIRES: the store holds a write, so
  // that the thread that waits for the clock is the shard's.
  void AwaitHandedOver(int commands, int queries) {
    while (observer_.applied() < commands || observer_.answered() < queries) {
      std::this_thread::yield();
    }
    clock_.AwaitWaiters(1);
  }

  Inbox inbox_;
};

// One group is written; the next gathers whatever comes meanwhile. What is computed from state that
// is not durable is held: answers, reads, events and counts.
TEST_F(PipelineTest, AppliesTheNextGroupWhileOneIsWrittenAndTellsNothingOfEither) {
  Start();
  store_.Hold();
  Submit(Write("user", "1"));
  store_.AwaitHeld();
  Submit(Write("user", "2"));
  AwaitHandedOver(2, 0);
  Submit(engine::GetInvalidationStats{});
  Submit(Write("user", "3"));
  AwaitHandedOver(3, 1);
  EXPECT_EQ(store_.writes(), 0);
  EXPECT_EQ(inbox_.size(), 0u);
  EXPECT_TRUE(publisher_.published().empty());
  EXPECT_EQ(observer_.durable_commands(), 0);
  EXPECT_EQ(shards_->namespaces(), 0u);

  store_.LetGo();
  EXPECT_EQ(std::get<engine::InvalidationResult>(*inbox_.Await(1)[0]).revision, 1u);
  store_.AwaitHeld();
  EXPECT_EQ(inbox_.size(), 1u) << "the read saw what is not durable yet";
  EXPECT_EQ(publisher_.published().size(), 1u);
  EXPECT_EQ(observer_.durable_commands(), 1);

  store_.LetGo();
  const std::vector<Result> answers = inbox_.Await(4);
  EXPECT_EQ(store_.writes(), 2) << "what gathered is one write";
  EXPECT_EQ(std::get<engine::InvalidationStats>(*answers[2]).revision, 2u);
  EXPECT_EQ(std::get<engine::InvalidationResult>(*answers[3]).revision, 3u);
  EXPECT_EQ(observer_.durable_commands(), 3);
  store_.LetAllGo();
  Stop();
}

TEST_F(PipelineTest, AWriteThatFailsTakesAlongWhatWasAppliedMeanwhile) {
  Start();
  Submit(Write("user", "1"));
  (void)inbox_.Await(1);
  store_.Hold();
  Submit(Write("user", "2"));
  store_.AwaitHeld();
  Submit(Write("user", "3"));
  Submit(engine::GetInvalidationStats{});
  AwaitHandedOver(3, 1);
  store_.Break();
  store_.LetGo();
  const std::vector<Result> answers = inbox_.Await(4);
  for (size_t i = 1; i < answers.size(); ++i) {
    EXPECT_EQ(answers[i].status().code(), absl::StatusCode::kUnavailable);
  }
  EXPECT_EQ(publisher_.published().size(), 1u);
  EXPECT_EQ(observer_.durable_commands(), 1);
  EXPECT_EQ(store_.writes(), 2) << "it is not tried again";
  expects_failure_ = true;
  Stop();
}

}  // namespace
}  // namespace cache_invalidation::shard
