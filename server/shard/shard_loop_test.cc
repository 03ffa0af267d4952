// SPDX-License-Identifier: Apache-2.0

#include "server/shard/shard_loop.h"

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "common/limits.h"
#include "server/shard/testing/shard_core_fixture.h"

namespace cache_invalidation::shard {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

constexpr absl::Duration kAtOnce = -absl::InfiniteDuration();

// Lets every command of namespaces like "slow" take its time, sweeps aside, and keeps whose were
// applied.
class SlowObserver final : public ShardObserver {
 public:
  explicit SlowObserver(FakeClock& clock) : clock_(clock) {}

  void OnApplied(absl::string_view name, const engine::Command& command,
                 const engine::Applied&) override {
    if (std::holds_alternative<engine::Sweep>(command)) return;
    applied.emplace_back(name);
    if (absl::StartsWith(name, "slow")) clock_.Advance(absl::Milliseconds(100));
  }
  void OnAnswered(absl::string_view, const engine::Query&) override {}
  void OnCancelled() override {}
  void OnRefused() override {}
  void OnTaken(const MailboxStats&) override {}
  void OnGroupSealed(const GroupStats& stats) override { groups.push_back(stats); }

  std::vector<std::string> applied;
  std::vector<GroupStats> groups;

 private:
  FakeClock& clock_;
};

class ShardLoopTest : public testing::Test {
 protected:
  void Submit(const std::string& name, size_t commands = 1) {
    std::vector<Request> requests;
    for (size_t i = 0; i < commands; ++i) requests.emplace_back(Write("user", "1"));
    answered_.push_back(std::make_shared<Answered>());
    ASSERT_TRUE(loop_.Submit(MakeSubmission(name, std::move(requests), answered_.back())).ok());
  }

  static ShardCore::Options Options() {
    ShardCore::Options options;
    options.epoch = "epoch";
    return options;
  }

  void Submit(const std::string& name, engine::Command command) {
    std::vector<Request> requests;
    requests.emplace_back(std::move(command));
    answered_.push_back(std::make_shared<Answered>());
    ASSERT_TRUE(loop_.Submit(MakeSubmission(name, std::move(requests), answered_.back())).ok());
  }

  bool Turn() { return loop_.Turn(kAtOnce); }

  FakeClock clock_;
  SlowObserver observer_{clock_};
  NamespaceQuota quota_{10};
  const EngineTime time_{clock_, absl::InfinitePast()};
  std::vector<std::shared_ptr<Answered>> answered_;
  std::vector<commit::Group> groups_;
  ShardLoop loop_{std::make_unique<ShardCore>(Options(), quota_, observer_, time_.Now()),
                  time_,
                  MailboxLimits{},
                  clock_,
                  observer_,
                  [this](commit::Group group) { groups_.push_back(std::move(group)); }};
};

// A hundred commands of a tenth of a second each would be ten seconds.
TEST_F(ShardLoopTest, OneRequestIsAllThatAnotherNamespaceWaitsFor) {
  for (int i = 0; i < 100; ++i) Submit("slow");
  Turn();
  EXPECT_THAT(observer_.applied, ElementsAre("slow"));
  Submit("quick");
  Turn();
  EXPECT_THAT(observer_.applied, Contains("quick"));
  EXPECT_LE(observer_.applied.size(), 3u);
}

// One message of StreamWrites is as many commands as it has groups.
TEST_F(ShardLoopTest, OneCommandOfALargeSubmissionIsAllThatItWaitsFor) {
  Submit("slow", kMaxGroupsPerMessage);
  Turn();
  Submit("quick");
  Turn();
  EXPECT_THAT(observer_.applied, Contains("quick"));
  EXPECT_LE(observer_.applied.size(), 3u);
}

TEST_F(ShardLoopTest, ATurnEndsSoThatAnswersDoNotWaitForAllThatCame) {
  for (int i = 0; i < 3; ++i) Submit("slow");
  Turn();
  ASSERT_EQ(observer_.groups.size(), 1u);
  EXPECT_EQ(observer_.groups[0].submissions, 1u);
  EXPECT_EQ(observer_.groups[0].longest_hold, absl::Milliseconds(100));
}

TEST_F(ShardLoopTest, QuickOnesShareAGroup) {
  for (int i = 0; i < 300; ++i) Submit(i % 2 == 0 ? "a" : "b");
  Turn();
  ASSERT_EQ(observer_.groups.size(), 1u);
  EXPECT_EQ(observer_.groups[0].submissions, 300u);
}

// Flushing a batch may take as long as any command, and many may be due at once.
TEST_F(ShardLoopTest, BatchesThatAreDueTakeTurnsWithRequests) {
  engine::Invalidate batched;
  batched.tags = {"t"};
  batched.strategy = engine::Strategy::kBatched;
  for (const char* name : {"slow1", "slow2", "slow3"}) {
    Submit(name, engine::SetBatchDelay{kMaxBatchDelay});
    Submit(name, batched);
  }
  while (observer_.applied.size() < 6) Turn();
  clock_.Advance(kMaxBatchDelay);
  observer_.applied.clear();
  Submit("quick");
  Turn();
  EXPECT_THAT(observer_.applied, ElementsAre("slow1", "quick"));
  Turn();
  EXPECT_THAT(observer_.applied, ElementsAre("slow1", "quick", "slow2"));
}

TEST_F(ShardLoopTest, ClosingAppliesAllThatCame) {
  for (int i = 0; i < 5; ++i) Submit("slow", 2);
  loop_.Close();
  int turns = 1;
  while (Turn()) ++turns;
  EXPECT_EQ(observer_.applied.size(), 10u);
  EXPECT_EQ(turns, 10);
}

}  // namespace
}  // namespace cache_invalidation::shard
