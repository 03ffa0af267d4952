#ifndef CACHE_INVALIDATION_TESTS_PROPERTY_HISTORY_TEXT_H_
#define CACHE_INVALIDATION_TESTS_PROPERTY_HISTORY_TEXT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "server/engine/limits.h"
#include "tests/property/recording.h"

namespace cache_invalidation::property {

// What nobody may notice.
struct Disturbance {
  // Of other addresses: memory that is taken and given back between the commands. 0: none.
  uint64_t noise = 0;
  // The engine is now and then replaced by one that is rebuilt from its rows and events.
  bool rebuilds = false;
  // Names of which nothing is known are freed now and then.
  bool frees = false;
};

// Everything that an engine does when it is told the recording, one line for each outcome, event
// and row, and its whole state now and then.
std::string HistoryText(const engine::Limits& limits, const std::vector<Recorded>& recording,
                        const Disturbance& disturbance);

}  // namespace cache_invalidation::property

#endif  // CACHE_INVALIDATION_TESTS_PROPERTY_HISTORY_TEXT_H_
