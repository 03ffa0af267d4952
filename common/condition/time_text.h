// Timestamps and durations as text, both ways.

#ifndef CACHE_INVALIDATION_COMMON_CONDITION_TIME_TEXT_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_TIME_TEXT_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cache_invalidation::condition {

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
