#ifndef CACHE_INVALIDATION_CLIENT_CACHE_STATISTICS_H_
#define CACHE_INVALIDATION_CLIENT_CACHE_STATISTICS_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "client/position.h"

namespace cache_invalidation::client {

// What a cache did since it was opened, and what it holds.
struct CacheStatistics {
  // Look-ups that were answered from the cache, and those that were not. Their sum is all.
  uint64_t hits = 0;
  uint64_t misses = 0;

  // Of the hits, those whose value was flagged as stale.
  uint64_t stale_hits = 0;

  // Loads that ended, those of them that failed, and callers who took part in another's.
  uint64_t loads = 0;
  uint64_t failed_loads = 0;
  uint64_t shared_loads = 0;

  // Values that were returned and not kept because something touched them while they were loaded,
  // or because nobody could say that nothing did.
  uint64_t refused_fills = 0;

  // Of these, those that were computed from a key of which neither this cache nor the service has
  // an entry (Load::DependOnKey), and the key that was missing last. While it is missing, they are
  // loaded each time.
  uint64_t fills_on_unknown_keys = 0;
  std::string last_unknown_key = {};

  // Values that were returned and not kept for another reason: the loader wanted it so, the filter
  // of the subscription does not pass a name, a name is not well formed, or it weighs too much.
  uint64_t unkept_fills = 0;

  // Callbacks of the application that threw (TaggedCacheOptions::executor, listener, random).
  uint64_t failed_callbacks = 0;

  // Entries dropped for lack of room.
  uint64_t evictions = 0;

  // Entries that the service's events evicted or marked as stale, or that Drop or a reset dropped.
  uint64_t invalidated = 0;

  // Events applied, and how often everything was dropped because history could not be continued.
  uint64_t events = 0;
  uint64_t resets = 0;

  uint64_t entries = 0;
  uint64_t weight = 0;

  // How long it had no lease, the time before its first one included, and whether it has one now.
  absl::Duration fenced_time;
  bool is_live = false;

  // Everything up to here is applied. The epoch is empty before the first start.
  Position position = {};
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_CACHE_STATISTICS_H_
