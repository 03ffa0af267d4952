#ifndef CACHE_INVALIDATION_CLIENT_CACHE_OPTIONS_H_
#define CACHE_INVALIDATION_CLIENT_CACHE_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/subscription.h"
#include "common/clock.h"

namespace cache_invalidation::client {

// How a TaggedCache behaves (tagged_cache.h). An option that is out of its bounds closes the cache:
// TaggedCache::status() is INVALID_ARGUMENT and names it.
struct TaggedCacheOptions {
  // Who subscribes, for operators: a service name. Required.
  std::string name = {};

  // How many entries it may hold. A caller that fills may exceed it for a moment, by one entry.
  uint64_t max_entries = 100'000;

  // How much its entries may weigh together, in whatever unit loaders set (Load::SetWeight). An
  // entry that is heavier than all of it is not kept. Above 2^56 it counts as 2^56, so that no sum
  // wraps.
  uint64_t max_weight = std::numeric_limits<uint64_t>::max();

  // How long an entry lives unless its loader says otherwise. Zero: nothing is kept unless it does.
  // Not negative.
  absl::Duration ttl = absl::InfiniteDuration();

  // Every time to live is shortened by a random part of up to this fraction, from 0 to 1, so that
  // entries that were filled together do not end together.
  double ttl_jitter = 0.1;

  // For so long after it was cut off from the service may it serve what it has, and so long may
  // writers have to wait for it that wait for subscribers. 1 s to 60 s; the service may grant less.
  // It does not run while a virtual machine is paused: see "Not promised" in tagged_cache.h.
  absl::Duration lease = absl::Seconds(10);

  // Hears only of these tags (those above and below them included) and keys with these prefixes, as
  // in SubscriptionOptions. It then keeps an entry only if its key, all its tags and all that it
  // depends on pass; everything else is loaded each time. Empty: all.
  std::vector<std::string> tags = {};
  std::vector<std::string> key_prefixes = {};

  // How many names of recent invalidations it remembers, to judge loads that were under way. A load
  // that began before what it remembers is not kept. 16 to 64 bytes each.
  size_t remembered_names = 65'536;

  // Above zero: when the fill of a key was refused `refusals_before_keep` times in a row, because
  // it is invalidated faster than it is loaded, the value is kept for this long although something
  // touched it while it was loaded. THIS VOIDS THE WAITING PROMISE for this cache: it may serve a
  // value for so long after a call returned that waited for it to be gone. Look-ups flag it as
  // stale. Zero: never. Neither negative nor infinite. Of refusals, zero is taken as one.
  absl::Duration keep_refused_for = absl::ZeroDuration();
  uint32_t refusals_before_keep = 3;

  // Runs loads that ReadOptions::while_revalidating wants in the background: has to call what it is
  // given, once, on a thread where it may block; a pool of one thread will do. What it is given
  // throws nothing, and does nothing if somebody else has needed the value and loaded it. The load
  // fails if it is dropped, or if the executor throws. Empty: the caller who finds the entry stale
  // loads it, and only those who come meanwhile get the stale value.
  std::function<void(std::function<void()>)> executor = {};

  // Hears what the subscription tells, after the cache has applied it: for logs and metrics, and to
  // drop what else was made of the same data. Called as SubscriptionCallbacks says, but may throw;
  // must not destroy the cache.
  SubscriptionCallbacks listener = {};

  // Where time comes from: the clock of the client, because leases are counted on it
  // (ClientOptions::clock). Must outlive the cache, and neither use it nor throw. Null: the
  // machine's clocks.
  Clock* clock = nullptr;

  // Numbers from [0, 1), for the jitter; anything else, and what it throws, takes all of the jitter
  // off. Called from many threads at once. Empty: a generator with a random seed.
  std::function<double()> random = {};
};

// How one caller reads.
struct ReadOptions {
  // Takes an entry that was marked as stale (InvalidationKind::kMarkStale) while its value is being
  // loaded anew. Such a value is flagged as stale.
  bool while_revalidating = false;

  // Takes what the cache holds although its lease has ended, without loading. Such a value is
  // flagged as stale.
  bool while_fenced = false;

  // How long to wait for the load of another caller. A load of one's own is not interrupted.
  absl::Duration patience = absl::InfiniteDuration();
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_CACHE_OPTIONS_H_
