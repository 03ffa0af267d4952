// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_REFERENCE_OVERFLOW_H_
#define CACHE_INVALIDATION_TESTS_REFERENCE_OVERFLOW_H_

#include <cstdint>
#include <vector>

#include "tests/reference/apply.h"
#include "tests/reference/model_state.h"

namespace cache_invalidation::reference {

// Drops the oldest entries, if there are more than the limits allow, as one event. Returns how
// many. Entries that have ended can still take room until they are reclaimed, so it may have to
// drop more: as many as were observed, if that is possible. `begun_anew`: how many of those
// observed had become too large.
uint64_t DropOldest(State& state, const Observed* observed, uint64_t begun_anew,
                    std::vector<OwnedEvent>& events);

// Drops the patterns beyond the limit, of the event that used its patterns longest ago: what they
// did to the keys that they match counts as done to any key.
void GiveUpPatterns(State& state);

// Drops what patterns did up to `upto`.
void ForgetPatterns(State& state, uint64_t upto);

// Return whether the history since the floor may hold more names than the limit, and whether it
// certainly does.
bool MayRememberTooMuch(const State& state);
bool RemembersTooMuch(const State& state);

}  // namespace cache_invalidation::reference

#endif  // CACHE_INVALIDATION_TESTS_REFERENCE_OVERFLOW_H_
