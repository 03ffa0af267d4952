#include "server/shard/shard.h"

#include <utility>

namespace cache_invalidation::shard {

Shard::Shard(std::unique_ptr<ShardCore> core, const EngineTime& time, MailboxLimits limits,
             Clock& clock, commit::Committer& committer, ShardObserver& observer)
    : loop_(std::move(core), time, limits, clock, observer,
            [&committer](commit::Group group) { committer.Submit(std::move(group)); }),
      thread_([this] {
        while (loop_.Turn(loop_.next_timer())) {
        }
      }) {}

Shard::~Shard() { Stop(); }

void Shard::Stop() {
  Close();
  if (thread_.joinable()) {
    thread_.join();
  }
}

}  // namespace cache_invalidation::shard
