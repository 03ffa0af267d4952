// SPDX-License-Identifier: Apache-2.0

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

// Options of a TaggedCache (tagged_cache.h). If an option is out of range, TaggedCache::Open fails
// with INVALID_ARGUMENT and names the option. A cache that was made by its constructor is then
// closed, and TaggedCache::status() returns that error.
//
//   TaggedCacheOptions options{.name = "web"};
//   options.max_entries = 10'000;
//   options.max_weight = 64 << 20;     // with ValueOptions::weigher: bytes
//   options.require_tags = true;
//   options.ttl = absl::Hours(1);      // a seat belt: what no write names ends after an hour
//   options.ttl_jitter = 0.2;
//   options.refresh_ahead = 0.8;
//   options.stale_for = absl::Minutes(5);
//   options.lease = absl::Seconds(5);
//   options.tags = {"user", "tenant:acme"};
//   options.key_prefixes = {"user:", "page:"};
//   options.remembered_names = 100'000;
//   options.keep_refused_for = absl::ZeroDuration();
//   options.refusals_before_keep = 3;
//   options.executor = [&](std::function<void()> task) { pool.Run(std::move(task)); };
//   options.listener.on_disconnected = [&](const absl::Status& status) { Log(status); };
//   options.clock = &clock;            // that of ClientOptions::clock
//   options.random = [] { return 0.5; };
struct TaggedCacheOptions {
  // Name of the subscriber, shown to operators: a service name. Required.
  std::string name = {};

  // Maximum number of entries. A fill can exceed it by one entry for a moment.
  uint64_t max_entries = 100'000;

  // Maximum total weight of the entries, in the unit of Load::SetWeight. An entry that alone
  // exceeds it is not kept. Values above 2^56 are taken as 2^56, so that no sum overflows.
  uint64_t max_weight = std::numeric_limits<uint64_t>::max();

  // If true, a value without any tag, dependency or finite time to live, whose loader did not call
  // Load::SetShared either, is returned and not kept, because hardly anything could invalidate it:
  // most likely its loader forgot a tag. Set it to false if you invalidate by keys or patterns.
  // Such values are counted either way (CacheStatistics::untagged_fills). A finite default `ttl`
  // was not chosen instead: it would make a forgotten tag rarer to see and leave it wrong.
  bool require_tags = true;

  // Default time to live of an entry; a loader can override it. Zero: an entry is kept only if its
  // loader sets a time to live. Must not be negative.
  absl::Duration ttl = absl::InfiniteDuration();

  // Every time to live is shortened by a random fraction of up to this value, from 0 to 1, so that
  // entries filled together do not expire together.
  double ttl_jitter = 0.1;

  // Above zero: the first hit after this fraction of an entry's time to live, from GetOrLoad or its
  // variants, loads the value anew on the executor, while the entry continues to be served. If that
  // fails, it is tried again after half of the remaining time. Has no effect on entries that do not
  // expire. From 0 to less than 1; requires `executor`. Zero: never.
  double refresh_ahead = 0;

  // How long a value is kept as stale after it expired or was evicted by an event, by Drop or by a
  // reset, or after the cache lost its lease. Only callers that accept it (ReadOptions::
  // while_revalidating, if_error) get it, flagged; for every other caller it does not exist, and
  // nothing computed from it is kept. This time begins when the value may not be served as fresh
  // any more: once a call that waits for subscribers has returned without naming this cache as
  // late, no caller gets what it invalidated for longer than this. Values marked as stale
  // (InvalidationKind::kMarkStale) are not limited by it. Stale values count towards max_entries
  // and max_weight and are the first to make room. DropEverything, DropIf and DropPrefix drop them
  // as well. Zero: no value is kept. At most 30 days.
  absl::Duration stale_for = absl::ZeroDuration();

  // Lease: how long the cache continues to serve after it loses the service, and therefore the
  // longest time that it can delay a writer that waits for subscribers. 1 s to 60 s; the service
  // can grant less. It does not elapse while a virtual machine is paused: see "Not promised" in
  // tagged_cache.h.
  absl::Duration lease = absl::Seconds(10);

  // Filter: subscribes only to these tags (including those above and below them) and to keys with
  // these prefixes, as in SubscriptionOptions. An entry is kept only if its key, all its tags and
  // all its dependencies pass the filter; all others are loaded each time. Empty: no filter.
  std::vector<std::string> tags = {};
  std::vector<std::string> key_prefixes = {};

  // Number of names of recent invalidations to remember, to check loads that were running
  // meanwhile. If a load began before the oldest remembered name, its value is not kept. 16 to 64
  // bytes each.
  size_t remembered_names = 65'536;

  // If above zero: when the fill of a key was refused `refusals_before_keep` times in a row,
  // because it is invalidated faster than it is loaded, the value is kept for this duration
  // although one of its names was invalidated during the load. THIS VOIDS THE WAITING GUARANTEE for
  // this cache: after a call that waited for subscribers has returned, the cache can serve an
  // invalidated value for this duration. Look-ups flag it as stale; NOT_FOUND, which cannot be
  // flagged, is never kept so. Zero: never. Must be neither negative nor infinite. A
  // `refusals_before_keep` of zero is taken as one.
  absl::Duration keep_refused_for = absl::ZeroDuration();
  uint32_t refusals_before_keep = 3;

  // Runs the loads of GetOrLoadAsync, and the background loads of ReadOptions::while_revalidating
  // and of refresh_ahead. It must call its argument once,
  // on a thread where it may block; a pool of one thread is sufficient. The argument does not
  // throw, and does nothing if another caller has already loaded the value. If the argument is
  // destroyed without being called, or the executor throws, the load fails. Empty: the caller that
  // finds the entry stale loads it, and only concurrent callers get the stale value.
  std::function<void(std::function<void()>)> executor = {};

  // Receives the subscription's callbacks after the cache has applied them: for logs and metrics,
  // and to drop other data derived from the same source. Called as described at
  // SubscriptionCallbacks, but may throw. Must not destroy the cache.
  SubscriptionCallbacks listener = {};

  // Source of time. Must be the clock of the client (ClientOptions::clock), because leases are
  // measured on it. Must outlive the cache, must not use the cache and must not throw. Null: the
  // system clocks.
  Clock* clock = nullptr;

  // Returns random numbers in [0, 1), for the jitter. A value out of range, or an exception,
  // subtracts the full jitter. Called from many threads concurrently. Empty: a generator with a
  // random seed.
  std::function<double()> random = {};
};

// Options of one look-up.
//
//   const ReadOptions tolerant{.while_revalidating = true,
//                              .if_error = true,
//                              .while_fenced = false,
//                              .patience = absl::Seconds(1)};
//   if (!users.Get("user:42", tolerant)) Load("user:42");
struct ReadOptions {
  // Accepts, while its value is being loaded anew, an entry that was marked as stale
  // (InvalidationKind::kMarkStale), and what is kept as stale (TaggedCacheOptions::stale_for). Such
  // a value is flagged as stale. The value, or the error, of a loader that got one on its own
  // thread is returned to its caller, and neither kept nor shared with other callers. If a loader
  // reads one on another thread, it must declare the key (Load::DependOnKey) or call
  // Load::DoNotKeep.
  bool while_revalidating = false;

  // Accepts the same if the load fails, with three exceptions: NOT_FOUND is returned because it
  // says that there is no value any more, and so is FAILED_PRECONDITION for loads that wait for
  // each other or are of another type. Also applies if the loader throws, or another caller's load
  // takes longer than `patience`.
  bool if_error = false;

  // Accepts an entry after the cache's lease has expired, without loading it. Such a value is
  // flagged as stale. A kept NOT_FOUND (ValueOptions::not_found_ttl), which cannot be flagged, is
  // not accepted.
  bool while_fenced = false;

  // Maximum time to wait for another caller's load. The caller's own load is not interrupted.
  // GetOrLoadAsync does not wait, and ignores it.
  absl::Duration patience = absl::InfiniteDuration();
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_CACHE_OPTIONS_H_
