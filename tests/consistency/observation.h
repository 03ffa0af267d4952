// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CONSISTENCY_OBSERVATION_H_
#define CACHE_INVALIDATION_TESTS_CONSISTENCY_OBSERVATION_H_

#include <cstdint>
#include <istream>
#include <ostream>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace cache_invalidation::consistency {

// The guarantee of a write when it returned.
enum class Promise {
  // None: it is unknown whether it was written, or whether caches were notified.
  kNone,
  // The service has been notified: only caches that are disconnected from it can lag, for their
  // lease.
  kTold,
  // No cache serves the previous value.
  kNowhereLeft,
};

// A write that returned.
struct Write {
  std::string key;
  uint64_t version = 0;  // increases with each write of a key
  Promise promise = Promise::kNone;
  absl::Duration returned;  // Clock::Monotonic, shared by all processes of a machine
};

// Consecutive reads of one process that found the same version of a key.
struct Reads {
  std::string key;
  uint64_t version = 0;
  uint64_t count = 0;
  absl::Duration last_begun;
  bool is_stale = false;  // the reader accepted a stale value, and the value was flagged
};

// What one process observed. Written as lines of text, which people can read too.
struct Observations {
  std::vector<Write> writes = {};
  std::vector<Reads> reads = {};
};

void WriteLines(const Observations& observations, std::ostream& out);
// Fails the test at a malformed line.
Observations ReadLines(std::istream& in);

}  // namespace cache_invalidation::consistency

#endif  // CACHE_INVALIDATION_TESTS_CONSISTENCY_OBSERVATION_H_
