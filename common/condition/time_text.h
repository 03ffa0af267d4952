#ifndef CACHE_INVALIDATION_COMMON_CONDITION_TIME_TEXT_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_TIME_TEXT_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
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

// The point in time that RFC 3339 text names, "2009-02-13T23:31:30.5+01:00"; nothing for any other
// text, such as a time without its offset, and for a day that there is not. What comes behind the
// nanoseconds is cut.
std::optional<absl::Time> ReadTimestamp(absl::string_view text);

// In UTC, with as many digits behind the seconds as there are: "2009-02-13T22:31:30.5Z".
// REQUIRES: IsTimestamp.
std::string TimestampText(absl::Time time);

// "1h30m", "-1.5s", "100ms", "0": numbers with the units h, m, s, ms, us, ns, under one sign.
// Nothing for any other text and for what no duration can hold.
std::optional<absl::Duration> ReadDuration(absl::string_view text);

// In seconds, with as many digits as there are: "5400s", "-1.5s".
std::string DurationText(absl::Duration duration);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_TIME_TEXT_H_
