// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_COMMON_LONGEST_WAIT_H_
#define CACHE_INVALIDATION_COMMON_LONGEST_WAIT_H_

#include <algorithm>

#include "absl/time/time.h"

namespace cache_invalidation {

// What a call that waits for subscribers leaves of its time for everything but waiting: the way
// there, the commit before the wait and the way back. 250 ms are far more than these take, so that
// a result arrives; of short deadlines a tenth, so that most of their time is used for waiting.
inline constexpr absl::Duration kLongestWay = absl::Milliseconds(250);
inline constexpr int kShareForWay = 10;

// Returns how long a call that ends after `remaining` may wait for subscribers, so that its result,
// which names those that were late, is back in time. Not negative.
inline absl::Duration LongestWait(absl::Duration remaining) {
  const absl::Duration way = std::min(remaining / kShareForWay, kLongestWay);
  return std::max(remaining - way, absl::ZeroDuration());
}

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_LONGEST_WAIT_H_
