// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_SHARD_SHARD_SET_H_
#define CACHE_INVALIDATION_SERVER_SHARD_SHARD_SET_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/limits.h"
#include "server/commit/group.h"
#include "server/engine/engine.h"
#include "server/engine/limits.h"
#include "server/engine/model.h"
#include "server/shard/engine_time.h"
#include "server/shard/mailbox.h"
#include "server/shard/namespace_quota.h"
#include "server/shard/shard_loop.h"
#include "server/shard/shard_observer.h"
#include "server/storage/store.h"

namespace cache_invalidation::shard {

// Reads the state of namespaces from the store at a start. Errors: the store's, and DATA_LOSS if
// rows or history cannot be read or are inconsistent; then the server must not serve.

// The latest engine time of all namespaces; the epoch of Unix if there are none.
absl::StatusOr<absl::Time> LastRecordedTime(const storage::Store& store);

// The engine of a namespace as it was when its last group became durable. Reads no clock: the
// result depends on the store alone.
absl::StatusOr<std::unique_ptr<engine::Engine>> RebuildEngine(const storage::Store& store,
                                                              absl::string_view namespace_name,
                                                              absl::string_view epoch,
                                                              const engine::Limits& limits);

struct ShardSetOptions {
  // Loops that apply commands; a namespace belongs to one of them. May change between starts.
  size_t shards = 1;

  // The history that positions must refer to.
  std::string epoch;

  // The rules of a new namespace.
  std::vector<engine::Rule> default_rules;

  // What each namespace may hold.
  engine::Limits limits = {};
  // See ShardCore::Options. Called by the threads of all shards.
  std::function<void(absl::string_view namespace_name, uint64_t dropped)> on_dropped = {};

  // Of all shards together.
  size_t max_namespaces = kMaxNamespaces;

  // Of each shard.
  MailboxLimits mailbox;
};

// Which of `shards` shards a namespace belongs to: the same at every start.
size_t ShardIndex(absl::string_view namespace_name, size_t shards);

// All shards, without their threads: each submission goes to the loop of its namespace, and the
// driver of the set runs the loops (ShardThreads, for one).
//
// Submit, Trim, Close and the counts are thread-safe; the rest is for one thread. For the turns of
// the loops see ShardLoop.
class ShardSet {
 public:
  // See ShardLoop; called by every loop.
  using HandOver = std::function<void(commit::Group)>;

  // Rebuilds every namespace of the store. Pending batches flush with the first turns. `store` is
  // not used afterwards; the other references must outlive the set. Errors of the store, DATA_LOSS
  // among them: do not serve.
  static absl::StatusOr<std::unique_ptr<ShardSet>> Restore(const ShardSetOptions& options,
                                                           const storage::Store& store,
                                                           Clock& clock, ShardObserver& observer,
                                                           const HandOver& hand_over);

  ShardSet(const ShardSet&) = delete;
  ShardSet& operator=(const ShardSet&) = delete;

  // The entries of the store are not trusted: each of its namespaces invalidates everything, and
  // that is handed over. A start that ends before it is durable has to do it again. REQUIRES: no
  // loop has taken a turn.
  void InvalidateEverything();

  // Accepts a submission, or refuses it at once; never blocks. A refused submission is destroyed
  // without a call of `done`. UNAVAILABLE: the shard's mailbox is full, or the server stops.
  // Nothing was applied; retry with backoff.
  absl::Status Submit(std::unique_ptr<Submission> submission);

  // History up to `floor` is to be forgotten: the log's window has moved on. Applied as a command
  // of the namespace after what is in its mailbox; later calls supersede earlier ones. Never blocks
  // and is never refused before Close. REQUIRES: the revision `floor` has been published.
  void Trim(absl::string_view namespace_name, uint64_t floor) {
    LoopOf(namespace_name).Trim(namespace_name, floor);
  }

  // Refuses submissions from now on. The turns of the loops that follow apply what was accepted
  // and flush all pending batches. Idempotent.
  void Close();

  // For who drives them.
  size_t size() const { return loops_.size(); }
  ShardLoop& loop(size_t shard) { return *loops_[shard]; }
  const EngineTime& time() const { return time_; }

  // How many submissions were refused so far.
  uint64_t refused() const { return refused_; }

  // How many namespaces there are, durably.
  size_t namespaces() const { return quota_.durable(); }

  // Those behind that name, bytewise sorted, at most `limit`.
  std::vector<std::string> NamesAfter(absl::string_view name, size_t limit) const {
    return quota_.NamesAfter(name, limit);
  }

 private:
  ShardSet(const ShardSetOptions& options, const Clock& clock, absl::Time last_recorded);

  ShardLoop& LoopOf(absl::string_view namespace_name) const {
    return *loops_[ShardIndex(namespace_name, loops_.size())];
  }

  const EngineTime time_;
  NamespaceQuota quota_;
  std::vector<std::unique_ptr<ShardLoop>> loops_;
  std::atomic<uint64_t> refused_ = 0;
};

// One thread for each loop of a set. Thread-compatible.
class ShardThreads {
 public:
  // Starts them. `shards` must outlive this.
  explicit ShardThreads(ShardSet& shards) {
    for (size_t i = 0; i < shards.size(); ++i) {
      threads_.emplace_back([&loop = shards.loop(i)] {
        while (loop.Turn(loop.next_timer())) {
        }
      });
    }
  }
  // Joins.
  ~ShardThreads() { Join(); }

  ShardThreads(const ShardThreads&) = delete;
  ShardThreads& operator=(const ShardThreads&) = delete;

  // Waits until every loop has had its last turn. Idempotent. REQUIRES: the set is closed.
  void Join() {
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }

 private:
  std::vector<std::thread> threads_;
};

}  // namespace cache_invalidation::shard

#endif  // CACHE_INVALIDATION_SERVER_SHARD_SHARD_SET_H_
