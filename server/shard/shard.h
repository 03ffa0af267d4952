#ifndef CACHE_INVALIDATION_SERVER_SHARD_SHARD_H_
#define CACHE_INVALIDATION_SERVER_SHARD_SHARD_H_

#include <cstdint>
#include <memory>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/clock.h"
#include "server/commit/committer.h"
#include "server/shard/shard_loop.h"

namespace cache_invalidation::shard {

// The thread of a ShardLoop, which hands its groups to the committer.
//
// Submit, Trim and Close are thread-safe; Stop and destruction are for one thread. For the contract
// see ShardSet.
class Shard {
 public:
  // What outlives the shard: `time`, `clock`, `committer`, `observer`.
  Shard(std::unique_ptr<ShardCore> core, const EngineTime& time, MailboxLimits limits, Clock& clock,
        commit::Committer& committer, ShardObserver& observer);
  // Stops.
  ~Shard();

  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  absl::Status Submit(std::unique_ptr<Submission> submission) {
    return loop_.Submit(std::move(submission));
  }
  void Trim(absl::string_view namespace_name, uint64_t floor) { loop_.Trim(namespace_name, floor); }

  // Refuses what comes from now on.
  void Close() { loop_.Close(); }
  // Closes, applies what has come, flushes, and ends the thread. Idempotent.
  void Stop();

 private:
  ShardLoop loop_;
  // Last, so that everything it uses is there before it starts.
  std::thread thread_;
};

}  // namespace cache_invalidation::shard

#endif  // CACHE_INVALIDATION_SERVER_SHARD_SHARD_H_
