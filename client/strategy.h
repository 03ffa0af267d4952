#ifndef CACHE_INVALIDATION_CLIENT_STRATEGY_H_
#define CACHE_INVALIDATION_CLIENT_STRATEGY_H_

namespace cache_invalidation::client {

// When an invalidation happens, and what subscribers see of it. Whatever depends on a target
// follows it in every strategy.
enum class InvalidationStrategy {
  // In the call itself; subscribers evict. For critical data: sessions, authentication.
  kImmediate,

  // Joins the pending batch of the namespace; subscribers get one coalesced event when the batch
  // is flushed: after the batch delay (100 ms unless set), by a call, or when it is full. For
  // frequent updates such as form auto-save.
  kBatched,

  // In the call itself; subscribers mark the entry stale, and its next access is a miss. For
  // rarely read data.
  kLazy,

  // As kImmediate, and the type at the front of each target tag expands through the relationships
  // registered for it. For related data: product pricing, calculations.
  kCascade,
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_STRATEGY_H_
