#ifndef CACHE_INVALIDATION_TESTS_CONSISTENCY_OBSERVATION_H_
#define CACHE_INVALIDATION_TESTS_CONSISTENCY_OBSERVATION_H_

#include <cstdint>
#include <istream>
#include <ostream>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace cache_invalidation::consistency {

// What a writer was promised when its write returned.
enum class Promise {
  // Nothing: whether it was written, or whether caches know, is open.
  kNone,
  // The service knows: only caches that are cut off from it may lag behind, for their lease.
  kTold,
  // No cache serves what was there before.
  kNowhereLeft,
};

// A write that returned.
struct Write {
  std::string key;
  uint64_t version = 0;  // grows with each write of a key
  Promise promise = Promise::kNone;
  absl::Duration returned;  // Clock::Monotonic, which all processes of a machine share
};

// Reads of one process, one after the other, that all found the same version of a key.
struct Reads {
  std::string key;
  uint64_t version = 0;
  uint64_t count = 0;
  absl::Duration last_begun;
};

// What one process saw. As lines of text, so that a person can read them too.
struct Observations {
  std::vector<Write> writes = {};
  std::vector<Reads> reads = {};
};

void WriteLines(const Observations& observations, std::ostream& out);
// Ends the test at what is no such line.
Observations ReadLines(std::istream& in);

}  // namespace cache_invalidation::consistency

#endif  // CACHE_INVALIDATION_TESTS_CONSISTENCY_OBSERVATION_H_
