#ifndef CACHE_INVALIDATION_TESTS_CRASH_FLAGS_H_
#define CACHE_INVALIDATION_TESTS_CRASH_FLAGS_H_

#include "absl/flags/declare.h"

// How often the server is killed.
ABSL_DECLARE_FLAG(int, cycles);

// Of everything that is random; 0: another one each time, which is printed.
ABSL_DECLARE_FLAG(uint32_t, seed);

#endif  // CACHE_INVALIDATION_TESTS_CRASH_FLAGS_H_
