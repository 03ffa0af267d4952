// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_FAKES_RECORDING_PUBLISHER_H_
#define CACHE_INVALIDATION_TESTS_FAKES_RECORDING_PUBLISHER_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/mutex.h"
#include "server/commit/group.h"

namespace cache_invalidation::commit {

// A Publisher for tests: keeps what was published and runs the completions at once, on the caller's
// thread. Thread-safe.
class RecordingPublisher final : public Publisher {
 public:
  void Publish(Group group) override ABSL_LOCKS_EXCLUDED(mutex_) { Finish(std::move(group), true); }
  void Abandon(Group group) override ABSL_LOCKS_EXCLUDED(mutex_) {
    Finish(std::move(group), false);
  }

  // Returns the events of all groups so far, in order.
  std::vector<Group::Published> published() const ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    return published_;
  }
  int groups() const ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    return groups_;
  }
  int abandoned() const ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    return abandoned_;
  }

 private:
  void Finish(Group group, bool durable) ABSL_LOCKS_EXCLUDED(mutex_) {
    {
      MutexLock lock(mutex_);
      ++(durable ? groups_ : abandoned_);
      if (durable) {
        published_.insert(published_.end(), group.published.begin(), group.published.end());
      }
    }
    for (auto& completion : group.completions) {
      completion(durable);
    }
  }

  mutable Mutex mutex_;
  std::vector<Group::Published> published_ ABSL_GUARDED_BY(mutex_);
  int groups_ ABSL_GUARDED_BY(mutex_) = 0;
  int abandoned_ ABSL_GUARDED_BY(mutex_) = 0;
};

// A CommitObserver for single-threaded tests.
struct RecordingCommitObserver final : CommitObserver {
  void OnCommitted(const CommitStats& stats) override { commits.push_back(stats); }
  std::vector<CommitStats> commits;
};

}  // namespace cache_invalidation::commit

#endif  // CACHE_INVALIDATION_TESTS_FAKES_RECORDING_PUBLISHER_H_
