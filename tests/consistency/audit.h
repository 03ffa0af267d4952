#ifndef CACHE_INVALIDATION_TESTS_CONSISTENCY_AUDIT_H_
#define CACHE_INVALIDATION_TESTS_CONSISTENCY_AUDIT_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/consistency/observation.h"

namespace cache_invalidation::consistency {

// Compares what processes read with what they wrote, and tells in words each read that found less
// than it was promised:
//   - no read that begins after a write returned with kNowhereLeft finds an older version;
//   - no read that begins later than the lease of caches after a write returned with kTold does.
// REQUIRES: each key has one writer, whose versions grow.
std::vector<std::string> StaleReads(const std::vector<Observations>& processes,
                                    absl::Duration lease);

}  // namespace cache_invalidation::consistency

#endif  // CACHE_INVALIDATION_TESTS_CONSISTENCY_AUDIT_H_
