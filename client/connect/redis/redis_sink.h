#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_SINK_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_SINK_H_

#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "client/client.h"
#include "client/connect/redis/redis_cache.h"
#include "client/connect/redis/redis_options.h"
#include "client/connect/redis/redis_status.h"
#include "client/connect/redis/sink_queue.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "server/journal/journal.h"

namespace cache_invalidation::connect {

// Keeps the caches in one Redis database true, on a thread of its own: what an event drops is
// dropped there, at least once after the position that Redis has; or everything is. After an error
// it begins again from that position, without limit; what was missed the service still has, or it
// sends a RESET. Writers do not wait for it.
class RedisSink {
 public:
  // REQUIRES: CheckRedisOptions. The references must outlive it.
  RedisSink(RedisOptions options, client::Client client, Clock& clock, journal::Journal& journal,
            RedisStatus& status);

  // Stops, within the time that a command of Redis can take. What waits comes again at the next
  // start.
  ~RedisSink();

  RedisSink(const RedisSink&) = delete;
  RedisSink& operator=(const RedisSink&) = delete;

 private:
  void Run();
  // Applies events as long as it goes. Returns why it has ended.
  absl::Status Follow();
  client::SubscriptionCallbacks Callbacks(bool is_new);
  // Blocks until there is something to drop, or the lease has to be renewed, or it ends.
  std::optional<SinkQueue::Batch> AwaitBatch(absl::Duration until) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Drop(RedisCache& cache, SinkQueue::Batch batch) ABSL_LOCKS_EXCLUDED(mutex_);
  void DropEverything(const client::Position& position, const std::string& reason)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void Add(const client::Event& event) ABSL_LOCKS_EXCLUDED(mutex_);
  void ShowState(bool connected, const std::string& state);
  void ShowQueue() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Pause(absl::Duration pause) ABSL_LOCKS_EXCLUDED(mutex_);

  const RedisOptions options_;
  const std::string id_;  // of this process
  const client::Client client_;
  Clock& clock_;
  journal::Journal& journal_;
  RedisStatus& status_;
  std::stop_source stop_;
  Mutex mutex_;
  CondVar changed_;
  std::optional<SinkQueue> queue_ ABSL_GUARDED_BY(mutex_);  // none while it does not follow
  absl::Status ended_ ABSL_GUARDED_BY(mutex_);              // of the subscription
  std::thread thread_;                                      // last: it uses all of the above
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_SINK_H_
