#ifndef CACHE_INVALIDATION_COMMON_CONDITION_TIME_RANGE_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_TIME_RANGE_H_

#include <cstdint>
#include <limits>

#include "absl/time/time.h"

namespace cache_invalidation::condition {

// What the language can hold of time: timestamps from the beginning of year 1 to the end of year
// 9999, in UTC; durations of as many nanoseconds as an int has, some 292 years either way. Both in
// nanoseconds.

inline bool IsTimestamp(absl::Time time) {
  constexpr int64_t kYear1 = -62'135'596'800;
  constexpr int64_t kYear10000 = 253'402'300'800;
  return time >= absl::FromUnixSeconds(kYear1) && time < absl::FromUnixSeconds(kYear10000);
}

inline bool IsDuration(absl::Duration duration) {
  return duration >= absl::Nanoseconds(std::numeric_limits<int64_t>::min()) &&
         duration <= absl::Nanoseconds(std::numeric_limits<int64_t>::max());
}

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_TIME_RANGE_H_
