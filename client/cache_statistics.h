#ifndef CACHE_INVALIDATION_CLIENT_CACHE_STATISTICS_H_
#define CACHE_INVALIDATION_CLIENT_CACHE_STATISTICS_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "client/position.h"

namespace cache_invalidation::client {

// Counters of a cache since it was opened, and its current contents.
struct CacheStatistics {
  // Look-ups that found a usable entry, and those that did not. The sum is all look-ups.
  uint64_t hits = 0;
  uint64_t misses = 0;

  // Hits whose value was flagged as stale.
  uint64_t stale_hits = 0;

  // Completed loads, those of them that failed, and callers that shared another caller's load.
  uint64_t loads = 0;
  uint64_t failed_loads = 0;
  uint64_t shared_loads = 0;

  // Values that were returned but not kept because one of their names was invalidated while they
  // were loaded, or because it is unknown whether one was.
  uint64_t refused_fills = 0;

  // Refused fills whose value was computed from a key of which neither this cache nor the service
  // has an entry (Load::DependOnKey), and the most recent such key. While the key is missing, these
  // values are loaded each time.
  uint64_t fills_on_unknown_keys = 0;
  std::string last_unknown_key = {};

  // Values that were returned but not kept for another reason: the loader asked for it, the
  // subscription's filter excludes one of the names, a name is malformed, or the value exceeds the
  // maximum weight.
  uint64_t unkept_fills = 0;

  // Application callbacks that threw (TaggedCacheOptions::executor, listener, random).
  uint64_t failed_callbacks = 0;

  // Entries evicted to make room.
  uint64_t evictions = 0;

  // Entries that an event evicted or marked as stale, or that Drop or a reset dropped.
  uint64_t invalidated = 0;

  // Events applied, and how often everything was dropped because the history could not be
  // continued.
  uint64_t events = 0;
  uint64_t resets = 0;

  uint64_t entries = 0;
  uint64_t weight = 0;

  // Total time without a lease, including the time before the first one, and whether it has one
  // now.
  absl::Duration fenced_time;
  bool is_live = false;

  // Every event up to this position has been applied. The epoch is empty before the first start.
  Position position = {};
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_CACHE_STATISTICS_H_
