#ifndef CACHE_INVALIDATION_SERVER_SHARD_SHARD_SET_H_
#define CACHE_INVALIDATION_SERVER_SHARD_SHARD_SET_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/clock.h"
#include "common/limits.h"
#include "server/commit/committer.h"
#include "server/engine/limits.h"
#include "server/engine/model.h"
#include "server/shard/engine_time.h"
#include "server/shard/mailbox.h"
#include "server/shard/namespace_quota.h"
#include "server/shard/shard.h"
#include "server/shard/shard_observer.h"
#include "server/shard/submission.h"
#include "server/storage/store.h"

namespace cache_invalidation::shard {

struct ShardSetOptions {
  // Threads that apply commands; a namespace belongs to one of them. May change between starts.
  size_t shards = 1;

  // The history that positions must belong to.
  std::string epoch;

  // What every new namespace begins with.
  std::vector<engine::Rule> default_rules;

  // What the store holds is from another history, or may lack the end of this one: before anything
  // else, each of its namespaces invalidates everything. A start that comes to no end has to be
  // asked again.
  bool invalidate_everything = false;

  // What every namespace may hold.
  engine::Limits limits = {};
  // See ShardCore::Options. Called by the threads of all shards.
  std::function<void(absl::string_view namespace_name, uint64_t dropped)> on_dropped = {};

  // Of all shards together.
  size_t max_namespaces = kMaxNamespaces;

  // Of each shard.
  MailboxLimits mailbox;
};

// All shards: takes submissions in and has each applied by the shard of its namespace.
//
// Submit and Trim are thread-safe; Start, Stop and destruction are for one thread.
class ShardSet {
 public:
  // Rebuilds every namespace of the store, hands over what `invalidate_everything` asks for, then
  // starts the threads. Pending batches flush at once. All references must outlive the set, and the
  // committer stops after it. Errors of the store, DATA_LOSS among them: do not serve.
  static absl::StatusOr<std::unique_ptr<ShardSet>> Start(const ShardSetOptions& options,
                                                         const storage::Store& store, Clock& clock,
                                                         commit::Committer& committer,
                                                         ShardObserver& observer);

  // Stops.
  ~ShardSet();

  ShardSet(const ShardSet&) = delete;
  ShardSet& operator=(const ShardSet&) = delete;

  // Takes a submission in, or refuses it at once; never blocks. A refused submission is destroyed
  // without a call of `done`. UNAVAILABLE: the shard's mailbox is full, or the server stops.
  // Nothing was applied; retry with backoff.
  absl::Status Submit(std::unique_ptr<Submission> submission);

  // History up to `floor` is to be forgotten: the log's window has moved on. Applied as a command
  // of the namespace after what is in its mailbox; later calls supersede earlier ones. Never blocks
  // and is never refused before Stop. REQUIRES: the revision `floor` has been published.
  void Trim(absl::string_view namespace_name, uint64_t floor);

  // Refuses what comes from now on, applies what has come, flushes all pending batches, hands
  // everything to the committer and ends the threads. Idempotent.
  void Stop();

  // How many submissions were refused so far. Thread-safe.
  uint64_t refused() const { return refused_; }

  // How many there are, durably. Thread-safe.
  size_t namespaces() const { return quota_.durable(); }

  // Those behind that name, bytewise sorted, at most `limit`. Thread-safe.
  std::vector<std::string> NamesAfter(absl::string_view name, size_t limit) const {
    return quota_.NamesAfter(name, limit);
  }

 private:
  ShardSet(const ShardSetOptions& options, const Clock& clock, absl::Time last_recorded);

  Shard& ShardOf(absl::string_view namespace_name) const;

  const EngineTime time_;
  NamespaceQuota quota_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::atomic<uint64_t> refused_ = 0;
};

}  // namespace cache_invalidation::shard

#endif  // CACHE_INVALIDATION_SERVER_SHARD_SHARD_SET_H_
