#ifndef CACHE_INVALIDATION_SERVER_ENGINE_OVERFLOW_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_OVERFLOW_H_

#include <cstdint>
#include <vector>

#include "server/engine/event.h"
#include "server/engine/graph.h"
#include "server/engine/state.h"

namespace cache_invalidation::engine {

// Makes room when entries go beyond the limits of the namespace: the oldest are dropped, by one
// event that evicts their keys and what depends on them. Entries that are over anyway go without.
//
// It drops somewhat more than it must, so that the next fills find room; and what was beyond the
// limits before the command (`before`) goes little by little. Answers how many entries it dropped
// that were not over.
uint64_t DropOldest(State& state, const EntryUsage& before, std::vector<Event>& events);

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_OVERFLOW_H_
