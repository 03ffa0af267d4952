// SPDX-License-Identifier: Apache-2.0

// Moments for tests of what does not care which they are.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_TESTING_MOMENTS_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_TESTING_MOMENTS_H_

#include "absl/time/time.h"

namespace cache_invalidation::engine {

inline constexpr absl::Time kNow = absl::UnixEpoch();
inline constexpr absl::Time kNever = absl::InfiniteFuture();

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_TESTING_MOMENTS_H_
