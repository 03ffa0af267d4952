// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CACHE_STATISTICS_H_
#define CACHE_INVALIDATION_CLIENT_CACHE_STATISTICS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "client/position.h"

namespace cache_invalidation::client {

// How long loads took, failed ones included, from the call of the loader to the decision whether
// its value is kept. A load of several keys counts once for each, one that no loader ran for (the
// executor dropped it) not at all.
struct LoadLatency {
  // A bucket counts the loads that took at most `at_most` and longer than that of the one before.
  // The last bucket has no limit.
  static constexpr std::array<absl::Duration, 8> kAtMost = {
      absl::Microseconds(100), absl::Milliseconds(1),   absl::Milliseconds(5),
      absl::Milliseconds(20),  absl::Milliseconds(100), absl::Milliseconds(500),
      absl::Seconds(5),        absl::InfiniteDuration()};

  std::array<uint64_t, kAtMost.size()> buckets = {};
  uint64_t count = 0;
  absl::Duration sum;

  void Add(absl::Duration took) {
    size_t bucket = 0;
    while (took > kAtMost[bucket]) ++bucket;
    ++buckets[bucket];
    ++count;
    sum += took;
  }
  LoadLatency& operator+=(const LoadLatency& other) {
    for (size_t i = 0; i < buckets.size(); ++i) buckets[i] += other.buckets[i];
    count += other.count;
    sum += other.sum;
    return *this;
  }
};

// Counters of the values of one type since the cache was opened (TaggedCache::TypeStatistics).
struct TypeStatistics {
  // Look-ups that found a usable entry, and those that did not. The sum is all look-ups. Peek,
  // Contains and the iteration over keys are not counted.
  uint64_t hits = 0;
  uint64_t misses = 0;

  // Hits whose value was flagged as stale, and those that found a kept NOT_FOUND
  // (ValueOptions::not_found_ttl).
  uint64_t stale_hits = 0;
  uint64_t not_found_hits = 0;

  // Entries now, without those kept as stale.
  uint64_t entries = 0;

  // Completed loads, those of them that failed, and callers that shared another caller's load.
  uint64_t loads = 0;
  uint64_t failed_loads = 0;
  uint64_t shared_loads = 0;

  // Loads that were started ahead of the end of an entry (TaggedCacheOptions::refresh_ahead).
  uint64_t refreshes = 0;

  // Misses that got a stale value because their load failed (ReadOptions::if_error).
  uint64_t stale_on_error = 0;

  // Values that were returned but not kept because one of their names was invalidated while they
  // were loaded, or because it is unknown whether one was.
  uint64_t refused_fills = 0;

  // Values that were returned but not kept for another reason: the loader asked for it, nothing
  // could invalidate them, the subscription's filter excludes one of the names, a name is
  // malformed, or the value exceeds the maximum weight.
  uint64_t unkept_fills = 0;

  // Values that hardly anything can invalidate: see TaggedCacheOptions::require_tags, which decides
  // whether they are kept. Should be zero.
  uint64_t untagged_fills = 0;

  // Entries evicted to make room.
  uint64_t evictions = 0;

  // Entries that an event evicted or marked as stale, or that Drop or a reset dropped.
  uint64_t invalidated = 0;

  LoadLatency load_latency = {};

  TypeStatistics& operator+=(const TypeStatistics& other) {
    for (uint64_t TypeStatistics::*const counter :
         {&TypeStatistics::hits, &TypeStatistics::misses, &TypeStatistics::stale_hits,
          &TypeStatistics::not_found_hits, &TypeStatistics::entries, &TypeStatistics::loads,
          &TypeStatistics::failed_loads, &TypeStatistics::shared_loads, &TypeStatistics::refreshes,
          &TypeStatistics::stale_on_error, &TypeStatistics::refused_fills,
          &TypeStatistics::unkept_fills, &TypeStatistics::untagged_fills,
          &TypeStatistics::evictions, &TypeStatistics::invalidated}) {
      this->*counter += other.*counter;
    }
    load_latency += other.load_latency;
    return *this;
  }
};

// Counters of a cache since it was opened, and its current contents: the sum over the types of its
// values, and what concerns all of them (TaggedCache::Statistics). PrometheusText
// (prometheus_text.h) writes them for Prometheus; for others:
//
//   const CacheStatistics all = users.Statistics();
//   const TypeStatistics own = users.TypeStatistics();
//   const LoadLatency& latency = own.load_latency;
//   const absl::Duration average = latency.sum / std::max<uint64_t>(latency.count, 1);
//   const uint64_t within_5_ms = latency.buckets[0] + latency.buckets[1] + latency.buckets[2];
//   const bool is_third = LoadLatency::kAtMost[2] == absl::Milliseconds(5);
//   std::map<std::string, uint64_t> exported = {
//       {"hits", own.hits},
//       {"misses", own.misses},
//       {"stale_hits", own.stale_hits},
//       {"not_found_hits", own.not_found_hits},
//       {"entries", own.entries},
//       {"loads", own.loads},
//       {"failed_loads", own.failed_loads},
//       {"shared_loads", own.shared_loads},
//       {"refreshes", own.refreshes},
//       {"stale_on_error", own.stale_on_error},
//       {"refused_fills", own.refused_fills},
//       {"unkept_fills", own.unkept_fills},
//       {"untagged_fills", own.untagged_fills},
//       {"evictions", own.evictions},
//       {"invalidated", own.invalidated},
//       {"fills_on_unknown_keys", all.fills_on_unknown_keys},
//       {"failed_callbacks", all.failed_callbacks},
//       {"events", all.events},
//       {"resets", all.resets},
//       {"epoch_conflicts", all.epoch_conflicts},
//       {"stale_entries", all.stale_entries},
//       {"weight", all.weight},
//       {"is_live", all.is_live ? 1 : 0},
//       {"revision", all.position.revision},
//       {"fenced_milliseconds", absl::ToInt64Milliseconds(all.fenced_time)}};
//   if (!all.last_unknown_key.empty()) Log("no cache has " + all.last_unknown_key);
struct CacheStatistics : TypeStatistics {
  // Refused fills whose value was computed from a key of which neither this cache nor the service
  // has an entry (Load::DependOnKey), and the most recent such key. While the key is missing, these
  // values are loaded each time.
  uint64_t fills_on_unknown_keys = 0;
  std::string last_unknown_key = {};

  // Application callbacks that threw (TaggedCacheOptions::executor, listener, random; ValueOptions;
  // the callback of GetOrLoadAsync).
  uint64_t failed_callbacks = 0;

  // Events applied, and how often everything was dropped because the history could not be
  // continued.
  uint64_t events = 0;
  uint64_t resets = 0;

  // Values, and calls of AwaitCaughtUp, about which the service answered from another epoch than
  // the subscription's. After each the cache has no lease until the subscription has obtained a new
  // one. A few are normal when a server starts that has lost its state; if they continue, two
  // servers answer at one address.
  uint64_t epoch_conflicts = 0;

  // Values kept as stale now (TaggedCacheOptions::stale_for).
  uint64_t stale_entries = 0;

  // Of the entries and the stale values, including those that have ended and are not removed yet.
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
