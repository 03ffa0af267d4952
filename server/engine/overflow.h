#ifndef CACHE_INVALIDATION_SERVER_ENGINE_OVERFLOW_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_OVERFLOW_H_

#include <cstdint>
#include <vector>

#include "server/engine/event.h"
#include "server/engine/graph.h"
#include "server/engine/state.h"

namespace cache_invalidation::engine {

// Evicts the oldest entries until the namespace is within its limits, with slack for the next
// fills. One event evicts their keys and what depends on them. Entries that are dead anyway
// (expired, evicted, unneeded ghosts) are removed without an event.
//
// `before` is the usage before the command: what exceeded the limits even then is removed
// incrementally, over several commands. Returns the number of live entries evicted.
uint64_t DropOldest(State& state, const EntryUsage& before, std::vector<Event>& events);

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_OVERFLOW_H_
