// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_REFERENCE_PUBLISH_H_
#define CACHE_INVALIDATION_TESTS_REFERENCE_PUBLISH_H_

#include <set>
#include <vector>

#include "tests/reference/model_state.h"
#include "tests/reference/plan.h"

namespace cache_invalidation::reference {

// Returns the event of the steps of a plan, without those that join the batch, followed by all
// dependents. Has no invalidations if they name nothing.
OwnedEvent BuildEvent(const State& state, const Plan& plan, engine::EventSource source);

// Adds what the plan batches, and its dependents, to the pending batch.
void AcceptBatched(State& state, const Plan& plan);

// Returns the event of the pending batch at this time.
OwnedEvent BuildFlush(const State& state);

// Gives the event its revision, if it has invalidations, and applies it to entries, and to the
// batch unless it leaves dependents unchanged.
void Publish(State& state, OwnedEvent event, std::vector<OwnedEvent>& events,
             bool leaves_dependents = false);

// Flushes the pending batch, if there is any. Returns the number of its targets.
uint32_t Flush(State& state, std::vector<OwnedEvent>& events);

// Executes a planned command: its own event, then the flush of a full batch.
void Execute(State& state, const Plan& plan, engine::EventSource source,
             std::vector<OwnedEvent>& events);

}  // namespace cache_invalidation::reference

#endif  // CACHE_INVALIDATION_TESTS_REFERENCE_PUBLISH_H_
