// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SUPPORT_PAUSE_H_
#define CACHE_INVALIDATION_TESTS_SUPPORT_PAUSE_H_

#include "absl/time/time.h"

namespace cache_invalidation {

// Sleeps in real time while other threads and processes run. For a subscriber that blocks, or a
// random delay; never to wait until something has happened.
void Pause(absl::Duration time);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_SUPPORT_PAUSE_H_
