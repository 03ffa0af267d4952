// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_SHARD_TESTING_SHARD_SET_FIXTURE_H_
#define CACHE_INVALIDATION_SERVER_SHARD_TESTING_SHARD_SET_FIXTURE_H_

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "absl/base/thread_annotations.h"
#include "common/mutex.h"
#include "server/commit/committer.h"
#include "server/shard/shard_set.h"
#include "server/shard/testing/shard_core_fixture.h"
#include "tests/fakes/faulty_store.h"

namespace cache_invalidation::shard {

// Results that arrive on another thread. Thread-safe.
class Inbox {
 public:
  std::unique_ptr<Submission> Expect(absl::string_view namespace_name, Request request) {
    auto submission = std::make_unique<Submission>();
    submission->namespace_name = std::string(namespace_name);
    submission->requests.push_back(std::move(request));
    submission->size_bytes = 1;
    submission->done = [this](std::vector<Result> answers) {
      MutexLock lock(mutex_);
      answers_.push_back(std::move(answers.at(0)));
      arrived_.NotifyAll();
    };
    return submission;
  }
  std::vector<Result> Await(size_t count) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    while (answers_.size() < count) {
      arrived_.Wait(mutex_);
    }
    return answers_;
  }

  size_t size() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    return answers_.size();
  }

 private:
  Mutex mutex_;
  CondVar arrived_;
  std::vector<Result> answers_ ABSL_GUARDED_BY(mutex_);
};

// A set of shards with everything below it, as a server has it.
class ShardSetTest : public testing::Test {
 protected:
  // So that the threads can be joined, whatever a test has left undone.
  ~ShardSetTest() override {
    if (shards_ != nullptr) shards_->Close();
  }

  void Start(ShardSetOptions options = {}, bool invalidate_everything = false) {
    options.epoch = "epoch";
    options.default_rules = {MakeRule("default", "user", "session")};
    committer_ = std::make_unique<commit::Committer>(
        std::make_unique<commit::GroupWriter>(store_, storage::Store::Sync::kYes, publisher_,
                                              clock_, commits_,
                                              [this](const absl::Status&) { failed_ = true; }),
        clock_);
    absl::StatusOr<std::unique_ptr<ShardSet>> shards =
        ShardSet::Restore(options, store_, clock_, observer_,
                          [this](commit::Group group) { committer_->Submit(std::move(group)); });
    ASSERT_TRUE(shards.ok()) << shards.status();
    shards_ = *std::move(shards);
    if (invalidate_everything) shards_->InvalidateEverything();
    threads_ = std::make_unique<ShardThreads>(*shards_);
  }

  void Stop() {
    shards_->Close();
    threads_->Join();
    committer_->Stop();
    EXPECT_EQ(failed_, expects_failure_);
  }

  FakeClock clock_;
  FaultyStore store_;
  commit::RecordingPublisher publisher_;
  commit::RecordingCommitObserver commits_;
  CountingShardObserver observer_;
  std::atomic<bool> failed_ = false;
  bool expects_failure_ = false;
  std::unique_ptr<commit::Committer> committer_;
  std::unique_ptr<ShardSet> shards_;
  std::unique_ptr<ShardThreads> threads_;
};

}  // namespace cache_invalidation::shard

#endif  // CACHE_INVALIDATION_SERVER_SHARD_TESTING_SHARD_SET_FIXTURE_H_
