// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CRASH_FLAGS_H_
#define CACHE_INVALIDATION_TESTS_CRASH_FLAGS_H_

#include "absl/flags/declare.h"

// How often the server is killed.
ABSL_DECLARE_FLAG(int, cycles);

// How often it is asked to stop, and started again.
ABSL_DECLARE_FLAG(int, restarts);

// Seed of everything random; 0: a new one each time, which is printed.
ABSL_DECLARE_FLAG(uint32_t, seed);

#endif  // CACHE_INVALIDATION_TESTS_CRASH_FLAGS_H_
