#ifndef CACHE_INVALIDATION_SERVER_FORCED_EXIT_H_
#define CACHE_INVALIDATION_SERVER_FORCED_EXIT_H_

#include "absl/time/time.h"

namespace cache_invalidation {

// Writes `why` to standard error and ends the process with EXIT_FAILURE after so long, whatever its
// threads do or wait for. The last call counts; takes the process's one alarm. `why` is a line of
// static storage, or null. REQUIRES: delay > 0. Thread-safe.
void ForceExitAfter(absl::Duration delay, const char* why = nullptr);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_SERVER_FORCED_EXIT_H_
