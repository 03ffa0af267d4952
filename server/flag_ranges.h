#ifndef CACHE_INVALIDATION_SERVER_FLAG_RANGES_H_
#define CACHE_INVALIDATION_SERVER_FLAG_RANGES_H_

#include "absl/status/status.h"
#include "server/flags.h"

namespace cache_invalidation {

// Whether each number and each time of the command line is one that a server can work with.
// INVALID_ARGUMENT names the flag, what was given and what is expected.
absl::Status CheckRanges(const ParsedFlags& flags);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_SERVER_FLAG_RANGES_H_
