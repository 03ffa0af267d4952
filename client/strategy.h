// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_STRATEGY_H_
#define CACHE_INVALIDATION_CLIENT_STRATEGY_H_

namespace cache_invalidation::client {

// When an invalidation takes effect, and how subscribers see it. In every strategy, dependents
// follow their target.
enum class InvalidationStrategy {
  // In the call itself; subscribers evict. For critical data: sessions, authentication.
  kImmediate,

  // Joins the pending batch of the namespace; subscribers receive one coalesced event when the
  // batch is flushed: after the batch delay (100 ms by default), by a call, or when it is full. For
  // frequent updates such as form auto-save.
  kBatched,

  // In the call itself; subscribers mark the entry stale, and its next access is a miss. For rarely
  // read data.
  kLazy,

  // As kImmediate; in addition, the first segment (the type) of each target tag expands through the
  // relationships registered for it. For related data: product pricing, calculations.
  kCascade,
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_STRATEGY_H_
