// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_TARGETS_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_TARGETS_H_

#include <cstdint>

#include "client/connect/redis/redis_options.h"
#include "client/connect/sink_targets.h"
#include "client/event.h"

namespace cache_invalidation::connect {

// What events had that Redis does not have to drop. Counters.
struct RedisTargetCounts {
  uint64_t unmatched_tags = 0;  // that no template and no version names
  uint64_t foreign_keys = 0;    // under none of the prefixes
  uint64_t widened = 0;         // to everything
};

// Returns what an event drops; versions are dropped once, for a late value carries the one that is
// gone. Redis has no stale values: what is marked as stale is dropped. Pure.
SinkTargets RedisTargetsOf(const RedisOptions& options, const client::Event& event,
                           RedisTargetCounts& counts);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_TARGETS_H_
