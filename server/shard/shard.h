#ifndef CACHE_INVALIDATION_SERVER_SHARD_SHARD_H_
#define CACHE_INVALIDATION_SERVER_SHARD_SHARD_H_

#include <cstdint>
#include <memory>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "server/commit/committer.h"
#include "server/shard/engine_time.h"
#include "server/shard/mailbox.h"
#include "server/shard/shard_core.h"
#include "server/shard/shard_observer.h"

namespace cache_invalidation::shard {

// The thread around a ShardCore: takes what is in the mailbox, has it applied, and hands over a
// group when that is used up or the group is large. So under load many commands share a group, and
// when idle one goes at once.
//
// Submit and Trim are thread-safe; Stop and destruction are for one thread. For the contract see
// ShardSet.
class Shard {
 public:
  // What outlives the shard: `time`, `clock`, `committer`, `observer`.
  Shard(std::unique_ptr<ShardCore> core, const EngineTime& time, MailboxLimits limits, Clock& clock,
        commit::Committer& committer, ShardObserver& observer);
  // Stops.
  ~Shard();

  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  absl::Status Submit(std::unique_ptr<Submission> submission);
  void Trim(absl::string_view namespace_name, uint64_t floor) {
    mailbox_.PushTrim(namespace_name, floor);
  }

  // Refuses what comes from now on.
  void Close() { mailbox_.Close(); }
  // Closes, applies what has come, flushes, and ends the thread. Idempotent.
  void Stop();

 private:
  void Run();
  void ApplyAll(Mailbox::Contents contents);
  void HandOver();

  // Of the thread once it runs.
  const std::unique_ptr<ShardCore> core_;
  absl::Duration group_begun_ = absl::ZeroDuration();

  const EngineTime& time_;
  Clock& clock_;
  commit::Committer& committer_;
  ShardObserver& observer_;
  Mailbox mailbox_;
  // Last, so that everything it uses is there before it starts.
  std::thread thread_;
};

}  // namespace cache_invalidation::shard

#endif  // CACHE_INVALIDATION_SERVER_SHARD_SHARD_H_
