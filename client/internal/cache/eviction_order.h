#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_EVICTION_ORDER_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_EVICTION_ORDER_H_

#include <cstdint>

#include "client/internal/cache/entry.h"

namespace cache_invalidation::client::internal {

// Chooses the entry to evict, by the SIEVE policy. Entries are in the order of their insertion, and
// a hand moves from the oldest to the newest. It skips an entry once if the entry was visited since
// the hand last passed. A hit costs one store, and a scan over keys that are read once does not
// displace the entries in use.
//
// Thread-compatible. Does not own the entries.
class EvictionOrder {
 public:
  void Add(Entry& entry);
  void Remove(Entry& entry);

  // Returns the next entry to evict, never `spared`, null if there is no other. The hand does not
  // skip an expired entry. The entry stays in the order until it is removed.
  Entry* Next(int64_t now, const Entry* spared);

  // The newest entry. Its `older` links lead to all others.
  Entry* newest() const { return newest_; }

 private:
  Entry* newest_ = nullptr;
  Entry* oldest_ = nullptr;
  Entry* hand_ = nullptr;  // null: at the oldest
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_EVICTION_ORDER_H_
