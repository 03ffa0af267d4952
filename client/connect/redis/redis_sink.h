// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_SINK_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_SINK_H_

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "client/client.h"
#include "client/connect/finding.h"
#include "client/connect/redis/redis_options.h"
#include "client/connect/redis/redis_status.h"
#include "client/connect/retrying_thread.h"
#include "common/clock.h"
#include "server/journal/journal.h"

namespace cache_invalidation::connect {

// Keeps the caches in one Redis database true, on a thread of its own: what an event drops is
// dropped there, at least once after the position that Redis has; or everything is. After an error
// it begins again from that position, without limit; what was missed the service still has, or it
// sends a RESET. The destructor stops it, within the time that a command of Redis can take.
class RedisSink {
 public:
  // REQUIRES: CheckRedisOptions. The references must outlive it.
  RedisSink(RedisOptions options, std::shared_ptr<client::Connection> connection, Clock& clock,
            journal::Journal& journal, RedisStatus& status);

 private:
  // Applies events as long as it goes. Returns why it has ended.
  absl::Status Follow(const std::stop_token& stop);

  const RedisOptions options_;
  const std::string id_;  // of this process
  const client::Client client_;
  Clock& clock_;
  journal::Journal& journal_;
  RedisStatus& status_;
  const RetryingThread thread_;  // last: it uses all of the above
};

// Asks Redis for what would stop the sink, or make it drop more than it has to, with each command
// that the sink uses. Writes one key that lasts for a millisecond; the keys that it drops do not
// exist.
std::vector<Finding> CheckRedis(const RedisOptions& options);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_SINK_H_
