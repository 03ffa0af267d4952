#ifndef CACHE_INVALIDATION_SERVER_FLAG_RANGES_H_
#define CACHE_INVALIDATION_SERVER_FLAG_RANGES_H_

#include "absl/status/status.h"
#include "server/flags.h"

namespace cache_invalidation {

// Checks the range of each number and each time of the command line. INVALID_ARGUMENT names the
// flag, the value and the range.
absl::Status CheckRanges(const ParsedFlags& flags);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_SERVER_FLAG_RANGES_H_
