#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_CHECK_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_CHECK_H_

#include <vector>

#include "client/connect/finding.h"
#include "client/connect/redis/redis_options.h"

namespace cache_invalidation::connect {

// Asks Redis for what would stop the sink, or make it drop more than it has to, with each command
// that the sink uses. Writes one key that lasts for a millisecond; the keys that it drops do not
// exist.
std::vector<Finding> CheckRedis(const RedisOptions& options);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_CHECK_H_
