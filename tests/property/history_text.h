// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_PROPERTY_HISTORY_TEXT_H_
#define CACHE_INVALIDATION_TESTS_PROPERTY_HISTORY_TEXT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "server/engine/limits.h"
#include "tests/property/recording.h"

namespace cache_invalidation::property {

// Disturbances that must have no visible effect.
struct Disturbance {
  // Seed of allocations between the commands, which change addresses. 0: none.
  uint64_t noise = 0;
  // Replaces the engine at times by one rebuilt from its rows and events.
  bool rebuilds = false;
  // Frees names of which nothing is known at times.
  bool frees = false;
};

// Returns everything that an engine does for the recording, one line for each outcome, event and
// row, and at times its whole state.
std::string HistoryText(const engine::Limits& limits, const std::vector<Recorded>& recording,
                        const Disturbance& disturbance);

}  // namespace cache_invalidation::property

#endif  // CACHE_INVALIDATION_TESTS_PROPERTY_HISTORY_TEXT_H_
