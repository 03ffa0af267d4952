// SPDX-License-Identifier: Apache-2.0

#include "server/server_threads.h"

#include <utility>

#include "common/mutex.h"

namespace cache_invalidation {

absl::StatusOr<std::unique_ptr<ServerThreads>> ServerThreads::Start(
    const CoreOptions& options, Persistence persistence, Clock& clock, metrics::Metrics& metrics,
    commit::OnFatal on_store_failed) {
  std::unique_ptr<ServerThreads> threads(new ServerThreads(clock));
  absl::StatusOr<std::unique_ptr<ServerCore>> core = ServerCore::Restore(
      options, std::move(persistence),
      {clock, *threads->outbox_, *threads->outbox_, metrics.delivery(), metrics.shard(), *threads});
  if (!core.ok()) return core.status();
  threads->core_ = *std::move(core);
  ServerCore& restored = *threads->core_;
  threads->catch_up_ =
      std::make_unique<delivery::CatchUpThread>(restored.catch_up(), *threads->outbox_);
  threads->committer_ = std::make_unique<commit::Committer>(
      std::make_unique<commit::GroupWriter>(restored.store(), restored.sync(), restored.hub(),
                                            clock, metrics.commit(), std::move(on_store_failed)),
      clock);
  if (absl::Status status = restored.Begin(); !status.ok()) return status;
  return threads;
}

ServerThreads::~ServerThreads() {
  if (core_ != nullptr) Stop(absl::ZeroDuration());
  catch_up_.reset();
  outbox_.reset();
}

void ServerThreads::Stop(absl::Duration grace) {
  if (!std::exchange(stopped_, true)) core_->Stop(grace);
}

void ServerThreads::HandOver(commit::Group group) {
  if (core_->sync() == storage::Store::Sync::kYes) {
    committer_->Submit(std::move(group));
  } else {
    committer_->WriteThrough(std::move(group));
  }
}

bool ServerThreads::Commit(commit::Group group) {
  struct {
    Mutex mutex;
    CondVar changed;
    bool done ABSL_GUARDED_BY(mutex) = false;
    bool durable ABSL_GUARDED_BY(mutex) = false;
  } result;
  group.completions.push_back([&result](bool durable) {
    MutexLock lock(result.mutex);
    result.done = true;
    result.durable = durable;
    result.changed.NotifyAll();
  });
  committer_->Submit(std::move(group));
  MutexLock lock(result.mutex);
  while (!result.done) result.changed.Wait(result.mutex);
  return result.durable;
}

void ServerThreads::StartLoops(shard::ShardSet& shards) {
  loops_ = std::make_unique<shard::ShardThreads>(shards);
}

void ServerThreads::FinishLoops() {
  if (loops_ != nullptr) loops_->Join();
}

}  // namespace cache_invalidation
