#ifndef CACHE_INVALIDATION_TESTS_REFERENCE_OVERFLOW_H_
#define CACHE_INVALIDATION_TESTS_REFERENCE_OVERFLOW_H_

#include <cstdint>
#include <vector>

#include "tests/reference/apply.h"
#include "tests/reference/model_state.h"

namespace cache_invalidation::reference {

// Drops the oldest entries, if there are more than the limits allow, as one event; answers how
// many. Entries that have ended may still take room until they are reclaimed, so it may have to
// drop some more: as many as were observed, if that can be. `begun_anew`: how many of those observed
// had become too large.
uint64_t DropOldest(State& state, const Observed* observed, uint64_t begun_anew,
                    std::vector<OwnedEvent>& events);

// Gives up the patterns that are too many, those of the event first that none was used before: what
// they did to the keys that they match they may have done to any key.
void GiveUpPatterns(State& state);

// What patterns did up to there is not remembered of them any more.
void ForgetPatterns(State& state, uint64_t upto);

// Whether the history since the floor may hold more names than should be remembered, and whether it
// certainly does.
bool MayRememberTooMuch(const State& state);
bool RemembersTooMuch(const State& state);

}  // namespace cache_invalidation::reference

#endif  // CACHE_INVALIDATION_TESTS_REFERENCE_OVERFLOW_H_
