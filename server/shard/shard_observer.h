#ifndef CACHE_INVALIDATION_SERVER_SHARD_SHARD_OBSERVER_H_
#define CACHE_INVALIDATION_SERVER_SHARD_SHARD_OBSERVER_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/engine/command.h"
#include "server/engine/engine.h"
#include "server/engine/query.h"
#include "server/shard/applied_counts.h"

namespace cache_invalidation::shard {

// What a shard took from its mailbox in one go.
struct MailboxStats {
  size_t submissions = 0;
  size_t bytes = 0;
};

// One group, handed to the committer.
struct GroupStats {
  size_t submissions = 0;  // answered when it is durable
  size_t commands = 0;     // timers included
  size_t queries = 0;
  size_t events = 0;
  size_t chunks = 0;
  size_t rows = 0;
  size_t bytes = 0;  // commit::Group::size_bytes
  // From its first command or query to its hand-over: what the shard's thread worked on it.
  absl::Duration elapsed = absl::ZeroDuration();
  // The longest that one submission, or the timers at one time, made all others wait.
  absl::Duration longest_hold = absl::ZeroDuration();
};

// Who follows what shards do. Called by the threads of all shards, OnRefused by whoever submits,
// OnDurable by whoever answers: implementations are thread-safe, do not block, and keep no view.
//
// What OnApplied and OnAnswered tell has been applied, but may still be lost: only what OnDurable
// tells may be shown to anybody.
class ShardObserver {
 public:
  virtual ~ShardObserver() = default;

  // A command of a caller or of a timer, refused ones included (`outcome.status`); not those that
  // find no namespace and need none.
  virtual void OnApplied(absl::string_view namespace_name, const engine::Command& command,
                         const engine::Outcome& outcome) = 0;

  virtual void OnAnswered(absl::string_view namespace_name, const engine::Query& query) = 0;

  // All that a group did, now that it is durable. Of no concern to who only follows along.
  virtual void OnDurable(const AppliedCounts&) {}

  // A submission was dropped because its caller had gone.
  virtual void OnCancelled() = 0;

  // A submission was not taken in: the mailbox is full, or the server stops.
  virtual void OnRefused() = 0;

  virtual void OnTaken(const MailboxStats& stats) = 0;
  virtual void OnGroupSealed(const GroupStats& stats) = 0;
};

}  // namespace cache_invalidation::shard

#endif  // CACHE_INVALIDATION_SERVER_SHARD_SHARD_OBSERVER_H_
