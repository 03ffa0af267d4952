#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_STATUS_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_STATUS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "client/connect/redis/redis_targets.h"
#include "client/connect/shared_figures.h"

namespace cache_invalidation::connect {

// What is known of a sink, for metrics and probes. Counters are since the start of the process.
struct RedisFigures {
  bool connected = false;          // to Redis, as the owner, and to the service
  std::string state = "starting";  // in words: why it is not connected
  size_t waiting = 0;              // targets
  uint64_t heard = 0;              // the last revision that was heard, and that is reached
  uint64_t reached = 0;
  uint64_t unlinked = 0;          // keys that were there
  uint64_t sent = 0;              // keys that were named to Redis
  uint64_t scans = 0;             // looks at every key
  uint64_t refused = 0;           // keys that Redis does not permit to drop
  uint64_t without_position = 0;  // batches that a full Redis took without their position
  uint64_t rewinds = 0;           // Redis was found in another state than it was left
  RedisTargetCounts counts = {};
  std::map<std::string, uint64_t> everything = {};  // by reason
};

using RedisStatus = SharedFigures<RedisFigures>;

// Returns the figures in Prometheus' text format. docs/redis.md has the table. Pure.
std::string RedisMetricsText(const RedisFigures& figures);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_STATUS_H_
