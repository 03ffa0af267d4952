// SPDX-License-Identifier: Apache-2.0

#include "server/commit/committer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/storage/memory_store.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/faulty_store.h"
#include "tests/fakes/recording_publisher.h"

namespace cache_invalidation::commit {
namespace {

using storage::Store;

class GroupWriterTest : public testing::Test {
 protected:
  // A group that puts one row; its completion appends its name to `answers_`, with '!' if it was
  // abandoned.
  Group RowGroup(const std::string& name) {
    Group group = ReadGroup(name);
    group.batch.rows.push_back(
        {.namespace_name = "n", .row = {wire::RowKind::kRule, name, "value"}});
    return group;
  }

  // A group with only a completion.
  Group ReadGroup(const std::string& name) {
    Group group;
    group.size_bytes = 10;
    group.completions.push_back(
        [this, name](bool durable) { answers_ += name + (durable ? "" : "!"); });
    return group;
  }

  template <typename... Groups>
  void Write(Groups... groups) {
    std::vector<Group> all;
    (all.push_back(std::move(groups)), ...);
    writer_.Write(std::move(all));
  }

  std::string StoredRules() {
    std::string rules;
    EXPECT_TRUE(store_
                    .ScanRows("n", wire::RowKind::kRule,
                              [&rules](absl::string_view identity, absl::string_view) {
                                rules += std::string(identity);
                                return absl::OkStatus();
                              })
                    .ok());
    return rules;
  }

  FakeClock clock_;
  FaultyStore store_;
  RecordingPublisher publisher_;
  RecordingCommitObserver observer_;
  std::string answers_;
  std::vector<absl::Status> fatal_;
  GroupWriter writer_{
      store_, Store::Sync::kYes, publisher_, clock_, observer_, [this](const absl::Status& status) {
        // The process must know before any caller does.
        EXPECT_EQ(publisher_.abandoned(), 0);
        fatal_.push_back(status);
      }};
};

TEST(UnsyncedGroupWriterTest, SyncsOnlyWhatAsksForIt) {
  FakeClock clock;
  FaultyStore store;
  RecordingPublisher publisher;
  RecordingCommitObserver observer;
  GroupWriter writer(store, Store::Sync::kNo, publisher, clock, observer,
                     [](const absl::Status& status) { ADD_FAILURE() << status; });
  const auto write = [&](std::vector<bool> syncs) {
    std::vector<Group> groups;
    for (const bool sync : syncs) {
      Group group;
      group.batch.server_values = {{"name", "value"}};
      group.sync = sync;
      groups.push_back(std::move(group));
    }
    writer.Write(std::move(groups));
  };
  write({false, false});
  EXPECT_EQ(store.synced_writes(), 0);
  write({false, true, false});
  EXPECT_EQ(store.synced_writes(), 1);
  write({false});
  EXPECT_EQ(store.synced_writes(), 1);
  EXPECT_EQ(store.writes(), 3);
}

TEST_F(GroupWriterTest, WritesAllGroupsAtOnceWithOneSyncAndPublishesInOrder) {
  Write(RowGroup("a"), RowGroup("b"), RowGroup("c"));
  EXPECT_EQ(store_.writes(), 1);
  EXPECT_EQ(store_.synced_writes(), 1);
  EXPECT_EQ(StoredRules(), "abc");
  EXPECT_EQ(answers_, "abc");
  ASSERT_EQ(observer_.commits.size(), 1u);
  EXPECT_EQ(observer_.commits[0].groups, 3u);
  EXPECT_EQ(observer_.commits[0].rows, 3u);
  EXPECT_EQ(observer_.commits[0].bytes, 30u);
  EXPECT_TRUE(observer_.commits[0].written);
}

TEST_F(GroupWriterTest, ReadsCauseNoWriteButKeepTheirPlace) {
  Write(ReadGroup("r"));
  EXPECT_EQ(store_.writes(), 0);
  EXPECT_FALSE(observer_.commits.back().written);
  Write(RowGroup("a"), ReadGroup("s"), RowGroup("b"));
  EXPECT_EQ(store_.writes(), 1);
  EXPECT_EQ(answers_, "rasb");
}

TEST_F(GroupWriterTest, PublishesWhatTheGroupCarries) {
  auto chunk = std::make_shared<wire::Chunk>();
  chunk->namespace_name = "n";
  chunk->parts = {{.revision = 1, .last_part = true}};
  Group group = ReadGroup("a");
  group.batch.chunks.push_back(chunk);
  group.published.push_back({.namespace_name = "n", .chunks = {chunk}, .head = 1});
  Write(std::move(group));
  ASSERT_EQ(publisher_.published().size(), 1u);
  EXPECT_EQ(publisher_.published()[0].chunks.front(), chunk);
  EXPECT_EQ(publisher_.published()[0].head, 1u);
  EXPECT_EQ(observer_.commits.back().chunks, 1u);
}

TEST_F(GroupWriterTest, StopsForGoodAtTheFirstFailedWrite) {
  Write(RowGroup("a"));
  store_.Break();
  Write(RowGroup("b"), ReadGroup("r"), RowGroup("c"));
  ASSERT_EQ(fatal_, std::vector<absl::Status>{absl::UnavailableError("the device is broken")});
  EXPECT_EQ(answers_, "ab!r!c!");

  // Nothing is retried, written, published or completed, not even reads: no result may reveal a
  // state that the disk may not have.
  store_.Repair();
  Write(RowGroup("d"), ReadGroup("s"));
  Write(ReadGroup("t"));
  EXPECT_EQ(store_.writes(), 2);
  EXPECT_EQ(StoredRules(), "a");
  EXPECT_EQ(answers_, "ab!r!c!d!s!t!");
  EXPECT_EQ(publisher_.groups(), 1);
  EXPECT_EQ(fatal_.size(), 1u);
  EXPECT_EQ(observer_.commits.size(), 1u);
}

// Blocks the committer in a write, and lets the test wait until it is there. Thread-safe.
class Gate {
 public:
  void Enter() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    ++entered_;
    changed_.NotifyAll();
    while (open_for_ == 0) {
      changed_.Wait(mutex_);
    }
    --open_for_;
  }
  void AwaitEntered(int count) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    while (entered_ < count) {
      changed_.Wait(mutex_);
    }
  }
  // Lets `count` writes pass.
  void Open(int count) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    open_for_ += count;
    changed_.NotifyAll();
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  int entered_ ABSL_GUARDED_BY(mutex_) = 0;
  int open_for_ ABSL_GUARDED_BY(mutex_) = 0;
};

// A commit observer is called within the committer's turn, after the write and before publishing.
class GatedObserver final : public CommitObserver {
 public:
  explicit GatedObserver(Gate& gate) : gate_(gate) {}
  void OnCommitted(const CommitStats& stats) override ABSL_LOCKS_EXCLUDED(mutex_) {
    {
      MutexLock lock(mutex_);
      sizes_.push_back(stats.groups);
    }
    gate_.Enter();
  }
  std::vector<size_t> sizes() const ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    return sizes_;
  }

 private:
  Gate& gate_;
  mutable Mutex mutex_;
  std::vector<size_t> sizes_ ABSL_GUARDED_BY(mutex_);
};

class CommitterTest : public testing::Test {
 protected:
  Group MakeGroup(const std::string& name, size_t bytes = 1) {
    Group group;
    group.size_bytes = bytes;
    group.batch.rows.push_back({.namespace_name = "n", .row = {wire::RowKind::kRule, name, ""}});
    group.completions.push_back([this, name](bool durable) {
      MutexLock lock(mutex_);
      answers_.push_back(name + (durable ? "" : "!"));
    });
    return group;
  }

  std::unique_ptr<Committer> MakeCommitter(size_t limit) {
    return std::make_unique<Committer>(
        std::make_unique<GroupWriter>(store_, Store::Sync::kNo, publisher_, clock_, observer_,
                                      [](const absl::Status& status) { ADD_FAILURE() << status; }),
        clock_, limit);
  }

  std::vector<std::string> answers() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    return answers_;
  }

  FakeClock clock_;
  storage::MemoryStore store_;
  RecordingPublisher publisher_;
  Gate gate_;
  GatedObserver observer_{gate_};
  Mutex mutex_;
  std::vector<std::string> answers_ ABSL_GUARDED_BY(mutex_);
};

TEST_F(CommitterTest, GathersWhileItWrites) {
  const auto committer = MakeCommitter(1000);
  committer->Submit(MakeGroup("a"));
  gate_.AwaitEntered(1);
  committer->Submit(MakeGroup("b"));
  committer->Submit(MakeGroup("c"));
  gate_.Open(2);
  committer->Stop();
  EXPECT_EQ(observer_.sizes(), (std::vector<size_t>{1, 2}));
  EXPECT_EQ(answers(), (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(CommitterTest, HoldsUpShardsWhenTooMuchHasGathered) {
  const auto committer = MakeCommitter(10);
  committer->Submit(MakeGroup("a"));
  gate_.AwaitEntered(1);
  committer->Submit(MakeGroup("b", 10));
  std::thread shard([&] { committer->Submit(MakeGroup("c")); });
  gate_.Open(1);
  gate_.AwaitEntered(2);
  // Whatever the shard's thread did meanwhile, its group was not part of the second write.
  EXPECT_EQ(observer_.sizes(), (std::vector<size_t>{1, 1}));
  gate_.Open(2);
  shard.join();
  committer->Stop();
  EXPECT_EQ(observer_.sizes(), (std::vector<size_t>{1, 1, 1}));
  EXPECT_EQ(answers(), (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(CommitterTest, StopWritesWhatWasHandedOver) {
  const auto committer = MakeCommitter(1000);
  gate_.Open(1000);
  std::vector<std::thread> shards;
  for (int shard = 0; shard < 4; ++shard) {
    shards.emplace_back([&, shard] {
      for (int i = 0; i < 50; ++i) {
        committer->Submit(MakeGroup(absl::StrCat(shard, "/", 100 + i)));
      }
    });
  }
  for (std::thread& shard : shards) {
    shard.join();
  }
  committer->Stop();
  committer->Stop();
  const std::vector<std::string> answered = answers();
  EXPECT_EQ(answered.size(), 200u);
  // In order for each shard.
  std::vector<std::string> last(4);
  for (const std::string& answer : answered) {
    std::string& before = last[answer[0] - '0'];
    EXPECT_LT(before, answer);
    before = answer;
  }
}

TEST_F(CommitterTest, WritesThroughBeforeItReturns) {
  const auto committer = MakeCommitter(1);
  gate_.Open(1000);
  std::vector<std::thread> shards;
  for (int shard = 0; shard < 4; ++shard) {
    shards.emplace_back([&, shard] {
      for (int i = 0; i < 50; ++i) {
        const std::string name = absl::StrCat(shard, "/", 100 + i);
        committer->WriteThrough(MakeGroup(name));
        const std::vector<std::string> answered = answers();
        EXPECT_EQ(std::count(answered.begin(), answered.end(), name), 1) << name;
      }
    });
  }
  for (std::thread& shard : shards) shard.join();
  EXPECT_EQ(publisher_.groups(), 200);
}

// A publisher with a timer; counts its runs.
class TimedPublisher final : public Publisher {
 public:
  explicit TimedPublisher(const Clock& clock) : clock_(clock) {}

  void Publish(Group group) override {
    for (auto& completion : group.completions) completion(true);
    next_ = clock_.Monotonic() + absl::Seconds(10);
  }
  void Abandon(Group) override {}
  absl::Duration next_timer() const override { return next_; }
  void RunTimers() override ABSL_LOCKS_EXCLUDED(mutex_) {
    next_ = absl::InfiniteDuration();
    MutexLock lock(mutex_);
    ++runs_;
    changed_.NotifyAll();
  }

  void AwaitRuns(int count) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    while (runs_ < count) changed_.Wait(mutex_);
  }

 private:
  const Clock& clock_;
  absl::Duration next_ = absl::InfiniteDuration();  // used by the committer's thread
  Mutex mutex_;
  CondVar changed_;
  int runs_ ABSL_GUARDED_BY(mutex_) = 0;
};

TEST_F(CommitterTest, RunsTheTimersOfGroupsThatWereWrittenThrough) {
  TimedPublisher publisher(clock_);
  gate_.Open(1000);
  Committer committer(
      std::make_unique<GroupWriter>(store_, Store::Sync::kNo, publisher, clock_, observer_,
                                    [](const absl::Status& status) { ADD_FAILURE() << status; }),
      clock_);
  for (int run = 1; run <= 2; ++run) {
    clock_.AwaitWaiters(1);  // the thread waits without a timer
    committer.WriteThrough(MakeGroup("a"));
    clock_.AwaitWaiters(1);
    clock_.Advance(absl::Seconds(10));
    publisher.AwaitRuns(run);
  }
  committer.Stop();
}

TEST_F(CommitterTest, RunsThePublishersTimersWhileNothingComes) {
  TimedPublisher publisher(clock_);
  gate_.Open(1000);
  Committer committer(
      std::make_unique<GroupWriter>(store_, Store::Sync::kNo, publisher, clock_, observer_,
                                    [](const absl::Status& status) { ADD_FAILURE() << status; }),
      clock_);
  for (int run = 1; run <= 2; ++run) {
    committer.Submit(MakeGroup("a"));
    while (answers().size() < static_cast<size_t>(run)) std::this_thread::yield();
    clock_.AwaitWaiters(1);
    clock_.Advance(absl::Seconds(10));
    publisher.AwaitRuns(run);
  }
  committer.Stop();
}

}  // namespace

}  // namespace cache_invalidation::commit
