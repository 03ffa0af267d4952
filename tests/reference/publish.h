#ifndef CACHE_INVALIDATION_TESTS_REFERENCE_PUBLISH_H_
#define CACHE_INVALIDATION_TESTS_REFERENCE_PUBLISH_H_

#include <set>
#include <vector>

#include "tests/reference/model_state.h"
#include "tests/reference/plan.h"

namespace cache_invalidation::reference {

// The event that the steps of a plan make, without those that join the batch, followed by whatever
// depends on them. Without invalidations if they name nothing.
OwnedEvent BuildEvent(const State& state, const Plan& plan, engine::EventSource source);

// What the plan puts into the batch, and whatever depends on it, joins the pending batch.
void AcceptBatched(State& state, const Plan& plan);

// The event that the pending batch makes now.
OwnedEvent BuildFlush(const State& state);

// Gives the event its revision, if it says anything, and lets it act on entries, and on the batch
// unless it leaves dependents alone.
void Publish(State& state, OwnedEvent event, std::vector<OwnedEvent>& events,
             bool leaves_dependents = false);

// Flushes the pending batch, if there is any. Answers the number of its targets.
uint32_t Flush(State& state, std::vector<OwnedEvent>& events);

// All that a command does once it is planned: its own event, then a batch that is full.
void Execute(State& state, const Plan& plan, engine::EventSource source,
             std::vector<OwnedEvent>& events);

}  // namespace cache_invalidation::reference

#endif  // CACHE_INVALIDATION_TESTS_REFERENCE_PUBLISH_H_
