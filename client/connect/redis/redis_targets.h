#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_TARGETS_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_TARGETS_H_

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "client/connect/redis/redis_options.h"
#include "client/event.h"

namespace cache_invalidation::connect {

// What is to be dropped from Redis.
struct RedisTargets {
  absl::flat_hash_set<std::string> keys = {};
  // Keys of versions. They need not be dropped again: a late value carries the one that is gone.
  absl::flat_hash_set<std::string> versions = {};
  // Keys with this prefix, the rest of which matches this RE2 expression; empty: any rest. Each
  // takes a look at every key of the database.
  std::set<std::pair<std::string, std::string>> scans = {};
  bool everything = false;  // then there is nothing else

  bool empty() const { return !everything && keys.empty() && versions.empty() && scans.empty(); }
  size_t size() const {
    return keys.size() + versions.size() + scans.size() + (everything ? 1 : 0);
  }

  void MakeEverything();
  // Adds what the other has; everything if that makes more scans than kMaxScans.
  void Merge(RedisTargets other);
};

// More scans become everything: each key of the database would be compared with all of them.
inline constexpr size_t kMaxScans = 100;

// What events had that Redis does not have to drop. Counters.
struct RedisTargetCounts {
  uint64_t unmatched_tags = 0;  // that no template and no version names
  uint64_t foreign_keys = 0;    // under none of the prefixes
  uint64_t widened = 0;         // to everything
};

// Returns what an event drops. Redis has no stale values: what is marked as stale is dropped. Pure.
RedisTargets TargetsOf(const RedisOptions& options, const client::Event& event,
                       RedisTargetCounts& counts);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_TARGETS_H_
