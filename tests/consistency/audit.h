// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CONSISTENCY_AUDIT_H_
#define CACHE_INVALIDATION_TESTS_CONSISTENCY_AUDIT_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/consistency/observation.h"

namespace cache_invalidation::consistency {

// Compares what processes read with what they wrote. Returns a text for each read that returned an
// older version than guaranteed:
//
// - a read that begins after a write returned with kNowhereLeft finds no older version;
// - a read that begins later than the caches' lease after a write returned with kTold finds no
//   older version;
// - a read that accepts stale values, and whose value is flagged as stale, finds no older version
// if
//   it begins `stale_for` later than that.
//
// REQUIRES: each key has one writer, whose versions increase.
std::vector<std::string> StaleReads(const std::vector<Observations>& processes,
                                    absl::Duration lease,
                                    absl::Duration stale_for = absl::ZeroDuration());

}  // namespace cache_invalidation::consistency

#endif  // CACHE_INVALIDATION_TESTS_CONSISTENCY_AUDIT_H_
