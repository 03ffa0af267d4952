// Batching: how targets join the pending batch, and how it is flushed.

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

// Hands planned steps to where they go by their strategy: BATCHED ones to the pending batch, the
// others to `emission`. With `immediate` the BATCHED ones go at once, too.
void EmitSteps(State& state, absl::Span<const PlannedStep> steps, bool immediate,
               Emission& emission);

// Flushes whatever is pending as one event. Answers how many distinct targets it had.
uint32_t Flush(State& state, std::vector<Event>& events);

// Flushes a batch that has reached its limit of targets or of patterns.
void FlushIfFull(State& state, std::vector<Event>& events);

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_BATCHING_H_
