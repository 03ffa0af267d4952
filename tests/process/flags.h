// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_PROCESS_FLAGS_H_
#define CACHE_INVALIDATION_TESTS_PROCESS_FLAGS_H_

#include <cstdint>

#include "absl/flags/declare.h"
#include "absl/time/time.h"

// How much a flood sends, and its maximum duration. A test run sends little.
ABSL_DECLARE_FLAG(int64_t, flood_bytes);
ABSL_DECLARE_FLAG(absl::Duration, flood_time);

#endif  // CACHE_INVALIDATION_TESTS_PROCESS_FLAGS_H_
