// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_SERVER_THREADS_H_
#define CACHE_INVALIDATION_SERVER_SERVER_THREADS_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "server/commit/committer.h"
#include "server/core/server_core.h"
#include "server/delivery/catch_up.h"
#include "server/delivery/outbox.h"
#include "server/metrics/metrics.h"
#include "server/shard/shard_set.h"

namespace cache_invalidation {

// A ServerCore with its threads: the outbox, the committer, one for each shard, and the one that
// reads for cursors that are behind.
class ServerThreads final : private ServerDriver {
 public:
  // Restores the core and begins its run. `clock` and `metrics` must outlive it. Errors are those
  // of ServerCore::Restore and Begin.
  static absl::StatusOr<std::unique_ptr<ServerThreads>> Start(const CoreOptions& options,
                                                              Persistence persistence, Clock& clock,
                                                              metrics::Metrics& metrics,
                                                              commit::OnFatal on_store_failed);

  // Stops without patience, unless that has been done. REQUIRES: every stream is over, and no
  // thread calls the core any more.
  ~ServerThreads() override;

  ServerCore& core() { return *core_; }

  // Has every subscriber's stream look whether it may go on.
  void WakeStreams() { outbox_->WakeAll(); }

  // See ServerCore::Stop. Idempotent.
  void Stop(absl::Duration grace);

 private:
  explicit ServerThreads(Clock& clock) : outbox_(std::make_unique<delivery::Outbox>(clock)) {}

  void HandOver(commit::Group group) override;
  bool TryHandOver(commit::Group group) override { return committer_->TrySubmit(std::move(group)); }
  bool Commit(commit::Group group) override;
  void StartLoops(shard::ShardSet& shards) override;
  void FinishLoops() override;
  void FinishCommits() override { committer_->Stop(); }
  void DrainStreams(absl::Duration grace) override { outbox_->Drain(grace); }

  std::unique_ptr<delivery::Outbox> outbox_;  // ends before what its last completions look at
  std::unique_ptr<ServerCore> core_;
  std::unique_ptr<delivery::CatchUpThread> catch_up_;
  std::unique_ptr<commit::Committer> committer_;
  std::unique_ptr<shard::ShardThreads> loops_;
  bool stopped_ = false;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_SERVER_SERVER_THREADS_H_
