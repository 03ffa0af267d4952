// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_STATUS_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_STATUS_H_

#include <cstdint>
#include <string>

#include "client/connect/redis/redis_targets.h"
#include "client/connect/shared_figures.h"
#include "client/connect/sink_feed.h"

namespace cache_invalidation::connect {

// What is known of a sink. `connected` is to Redis, as the owner, and to the service.
struct RedisFigures : SinkFigures {
  uint64_t unlinked = 0;          // keys that were there
  uint64_t sent = 0;              // keys that were named to Redis
  uint64_t scans = 0;             // looks at every key
  uint64_t refused = 0;           // keys that Redis does not permit to drop
  uint64_t without_position = 0;  // batches that a full Redis took without their position
  uint64_t rewinds = 0;           // Redis was found in another state than it was left
  RedisTargetCounts counts = {};
};

using RedisStatus = SharedFigures<RedisFigures>;

// Returns the figures in Prometheus' text format. docs/redis.md has the table. Pure.
std::string MetricsText(const RedisFigures& figures);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_STATUS_H_
