#ifndef CACHE_INVALIDATION_SERVER_FORCED_EXIT_H_
#define CACHE_INVALIDATION_SERVER_FORCED_EXIT_H_

#include "absl/time/time.h"

namespace cache_invalidation {

// Ends the process with EXIT_FAILURE after so long, whatever its threads do or wait for. For one
// use; takes the process's one alarm. Thread-safe.
void ForceExitAfter(absl::Duration delay);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_SERVER_FORCED_EXIT_H_
