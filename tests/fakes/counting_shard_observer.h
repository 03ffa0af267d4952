// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_FAKES_COUNTING_SHARD_OBSERVER_H_
#define CACHE_INVALIDATION_TESTS_FAKES_COUNTING_SHARD_OBSERVER_H_

#include <atomic>
#include <cstdint>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/mutex.h"
#include "server/shard/shard_observer.h"

namespace cache_invalidation {

// Counts the notifications of a shard. Thread-safe.
class CountingShardObserver final : public shard::ShardObserver {
 public:
  int applied() const { return applied_; }
  int refused_commands() const { return refused_commands_; }
  int answered() const { return answered_; }
  int durable_commands() const { return durable_commands_; }
  int durable_queries() const { return durable_queries_; }
  int cancelled() const { return cancelled_; }
  int refused() const { return refused_; }
  int taken() const { return taken_; }
  std::vector<shard::GroupStats> groups() const ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    return groups_;
  }

  void OnApplied(absl::string_view, const engine::Command&,
                 const engine::Applied& applied) override {
    ++applied_;
    refused_commands_ += applied.status.ok() ? 0 : 1;
  }
  void OnAnswered(absl::string_view, const engine::Query&) override { ++answered_; }
  void OnDurable(const shard::AppliedCounts& counts) override {
    for (const uint64_t count : counts.commands) durable_commands_ += static_cast<int>(count);
    for (const uint64_t count : counts.queries) durable_queries_ += static_cast<int>(count);
  }
  void OnCancelled() override { ++cancelled_; }
  void OnRefused() override { ++refused_; }
  void OnTaken(const shard::MailboxStats& stats) override {
    taken_ += static_cast<int>(stats.submissions);
  }
  void OnGroupSealed(const shard::GroupStats& stats) override ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    groups_.push_back(stats);
  }

 private:
  std::atomic<int> applied_ = 0;
  std::atomic<int> refused_commands_ = 0;
  std::atomic<int> answered_ = 0;
  std::atomic<int> durable_commands_ = 0;
  std::atomic<int> durable_queries_ = 0;
  std::atomic<int> cancelled_ = 0;
  std::atomic<int> refused_ = 0;
  std::atomic<int> taken_ = 0;
  mutable Mutex mutex_;
  std::vector<shard::GroupStats> groups_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_FAKES_COUNTING_SHARD_OBSERVER_H_
