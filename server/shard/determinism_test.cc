// SPDX-License-Identifier: Apache-2.0

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "server/shard/shard_core.h"
#include "server/shard/testing/random_commands.h"
#include "server/shard/testing/shard_core_fixture.h"

namespace cache_invalidation::shard {
namespace {

// A core that runs a recorded list, and what came of it in the end: the bytes of each namespace's
// history and its rows.
class Replica {
 public:
  Replica() {
    ShardCore::Options options;
    options.epoch = "epoch";
    options.default_rules = {MakeRule("default", "user", "session")};
    core_ = std::make_unique<ShardCore>(std::move(options), quota_, observer_, now_);
  }

  void Advance(absl::Duration by) {
    now_ += by;
    core_->RunTimers(now_);
  }

  void Apply(const std::string& name, engine::Command command) {
    std::vector<Request> requests;
    requests.push_back(std::move(command));
    EXPECT_FALSE(core_->ApplyNext(
        *MakeSubmission(name, std::move(requests), std::make_shared<Answered>()), now_));
  }

  void Stop() {
    core_->FlushEverything(now_);
    Commit();
  }

  void Commit() {
    auto [group, stats] = core_->SealGroup();
    for (const auto& chunk : group.batch.chunks) {
      histories_[chunk->namespace_name] += chunk->bytes;
    }
    for (const auto& [name, row, deleted] : group.batch.rows) {
      const auto key = std::make_tuple(name, static_cast<int>(row.kind), row.identity);
      if (deleted) {
        rows_.erase(key);
      } else {
        rows_[key] = row.value;
      }
    }
  }

  const std::map<std::string, std::string>& histories() const { return histories_; }
  const std::map<std::tuple<std::string, int, std::string>, std::string>& rows() const {
    return rows_;
  }

 private:
  absl::Time now_ = FakeClock::kStart;
  NamespaceQuota quota_{100};
  CountingShardObserver observer_;
  std::unique_ptr<ShardCore> core_;
  std::map<std::string, std::string> histories_;
  std::map<std::tuple<std::string, int, std::string>, std::string> rows_;
};

// The same commands at the same times give the same bytes: however they fall into groups, and
// whether their namespaces share a shard or not.
TEST(DeterminismTest, HistoriesAndRowsDependOnNothingButCommandsAndTimes) {
  for (uint32_t seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    RandomCommands random(seed);
    Replica one_group;
    Replica many_groups;
    Replica shard_of_a;
    Replica shard_of_b;
    for (int step = 0; step < 100; ++step) {
      const absl::Duration pause = absl::Milliseconds(random.Below(300));
      for (Replica* run : {&one_group, &many_groups, &shard_of_a, &shard_of_b}) {
        run->Advance(pause);
      }
      const std::string name = random.Below(2) == 0 ? "a" : "b";
      const engine::Command command = random.Next();
      one_group.Apply(name, command);
      many_groups.Apply(name, command);
      (name == "a" ? shard_of_a : shard_of_b).Apply(name, command);
      if (random.Below(3) == 0) {
        many_groups.Commit();
      }
    }
    for (Replica* run : {&one_group, &many_groups, &shard_of_a, &shard_of_b}) {
      run->Stop();
    }
    EXPECT_FALSE(one_group.histories().at("a").empty());
    EXPECT_EQ(one_group.histories(), many_groups.histories());
    EXPECT_EQ(one_group.rows(), many_groups.rows());
    EXPECT_EQ(one_group.histories().at("a"), shard_of_a.histories().at("a"));
    EXPECT_EQ(one_group.histories().at("b"), shard_of_b.histories().at("b"));
    EXPECT_EQ(one_group.rows().size(), shard_of_a.rows().size() + shard_of_b.rows().size());
  }
}

}  // namespace
}  // namespace cache_invalidation::shard
