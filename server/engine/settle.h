// Settling: ends what a key still holds but what no longer counts.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_SETTLE_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_SETTLE_H_

#include <cstdint>

#include "server/engine/edge_list.h"
#include "server/engine/freshness.h"
#include "server/engine/graph.h"
#include "server/engine/state.h"

namespace cache_invalidation::engine {

// Ends an entry that was evicted through its tags or left dead, a ghost that nothing needs, and
// declarations past their TTL, and remembers the ends with the key. Call it before giving the key
// an entry or a dependent. It visits no more declarations than the command may still end; expired
// ones beyond that do not count either (Edge::declared_at). Returns how much it ended.
uint64_t Settle(State& state, Key& key);

// The two halves of Settle, for callers that have to bound their work.
uint64_t SettleEntry(State& state, Key& key, const Freshness& freshness);
// Visits at most `limit` edges, starting at `next`; subtracts the number visited from `limit` and
// sets `next` to the first edge not visited.
uint64_t SettleEdges(State& state, Key& key, EdgeList::const_iterator& next, uint64_t& limit);

// Remembers that something of the key ended. An end is no event, but from then on what the key was
// computed from is not known.
void NoteEnd(State& state, Key& key);

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_SETTLE_H_
