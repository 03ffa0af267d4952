#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_WAIT_OUTCOME_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_WAIT_OUTCOME_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace cache_invalidation::delivery {

// The result of waiting for subscribers; the proto Waiting defines each field. The lists hold names
// in order, one for each session.
struct WaitOutcome {
  std::vector<std::string> waited_for;
  std::vector<std::string> lapsed;
  std::vector<std::string> late;
  uint32_t not_acknowledging = 0;
  bool unknown_late = false;
  bool not_waited = false;

  absl::Duration waited;  // how long it took
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_WAIT_OUTCOME_H_
