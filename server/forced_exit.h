#ifndef CACHE_INVALIDATION_SERVER_FORCED_EXIT_H_
#define CACHE_INVALIDATION_SERVER_FORCED_EXIT_H_

#include "absl/time/time.h"

namespace cache_invalidation {

// Arms SIGALRM: after `delay` the process writes `why` to standard error and exits with
// EXIT_FAILURE, even if every thread is blocked. A later call replaces an earlier one. `why` is a
// line in static storage, or null. REQUIRES: delay > 0. Thread-safe.
void ForceExitAfter(absl::Duration delay, const char* why = nullptr);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_SERVER_FORCED_EXIT_H_
