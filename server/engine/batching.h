// Batching: how targets are added to the pending batch and how the batch is flushed.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_BATCHING_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_BATCHING_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "server/engine/emission.h"
#include "server/engine/event.h"
#include "server/engine/planner.h"
#include "server/engine/state.h"

namespace cache_invalidation::engine {

// Routes planned steps by strategy: BATCHED steps go to the pending batch, the others to
// `emission`. With `immediate`, BATCHED steps go to `emission` as well.
void EmitSteps(State& state, absl::Span<const PlannedStep> steps, bool immediate,
               Emission& emission);

// Flushes the pending batch as one event. Returns the number of distinct targets it held.
uint32_t Flush(State& state, std::vector<Event>& events);

// Flushes the batch if it has reached its limit of targets, patterns or bytes.
void FlushIfFull(State& state, std::vector<Event>& events);

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_BATCHING_H_
