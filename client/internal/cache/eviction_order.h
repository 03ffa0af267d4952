#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_EVICTION_ORDER_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_EVICTION_ORDER_H_

#include <cstdint>

#include "client/internal/cache/entry.h"

namespace cache_invalidation::client::internal {

// Which entry to evict when there is no room: the SIEVE policy. Entries stand in the order of their
// arrival, and a hand moves from the oldest towards the newest: who was visited since it last came
// by is spared once. A hit costs one store, and a scan over keys that nobody asks for again does
// not push out what is used.
//
// Thread-compatible. Does not own the entries.
class EvictionOrder {
 public:
  void Add(Entry& entry);
  void Remove(Entry& entry);

  // The entry to evict next, an expired one in the hand's way even if it was visited; never
  // `spared`. Null if there is no other. It stays in the order until it is removed.
  Entry* Next(int64_t now, const Entry* spared);

  // The newest entry; from there `older` leads to all others.
  Entry* newest() const { return newest_; }

 private:
  Entry* newest_ = nullptr;
  Entry* oldest_ = nullptr;
  Entry* hand_ = nullptr;  // null: at the oldest
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_EVICTION_ORDER_H_
