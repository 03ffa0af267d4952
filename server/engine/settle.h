// Settling: ending what a key still pretends to have.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_SETTLE_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_SETTLE_H_

#include <cstdint>

#include "server/engine/edge_list.h"
#include "server/engine/freshness.h"
#include "server/engine/graph.h"
#include "server/engine/state.h"

namespace cache_invalidation::engine {

// Ends an entry that was evicted through its tags or left dead, a ghost that nothing needs, and
// declarations past their TTL. What happened is remembered of the key. Whoever gives the key an
// entry or a dependent settles it first. It looks at no more declarations than the command may
// still end; those that are left do not count either (Edge::declared_at). Returns how much it
// ended.
uint64_t Settle(State& state, Key& key);

// The two halves of it, for whoever must not do everything at once.
uint64_t SettleEntry(State& state, Key& key, const Freshness& freshness);
// Looks at the edges from `next` on, at no more than `limit`, and takes from it what it looked at.
// `next` is then the first that it did not look at.
uint64_t SettleEdges(State& state, Key& key, EdgeList::const_iterator& next, uint64_t& limit);

// Remembers that something of the key ended. An end is no event, but what the key stood for is not
// known any more.
void NoteEnd(State& state, Key& key);

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_SETTLE_H_
