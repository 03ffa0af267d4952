// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_COMMON_CONDITION_TIMES_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_TIMES_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/condition/budget.h"
#include "common/condition/function.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

// The range of times in the language, with a resolution of nanoseconds: timestamps from the
// beginning of year 1 to the end of year 9999, in UTC; durations whose nanoseconds fit an int,
// about 292 years in either direction.

inline bool IsTimestamp(absl::Time time) {
  constexpr int64_t kYear1 = -62'135'596'800;
  constexpr int64_t kYear10000 = 253'402'300'800;
  return time >= absl::FromUnixSeconds(kYear1) && time < absl::FromUnixSeconds(kYear10000);
}

inline bool IsDuration(absl::Duration duration) {
  return duration >= absl::Nanoseconds(std::numeric_limits<int64_t>::min()) &&
         duration <= absl::Nanoseconds(std::numeric_limits<int64_t>::max());
}

// Parses RFC 3339 text such as "2009-02-13T23:31:30.5+01:00". Digits beyond nanoseconds are
// dropped. Returns nullopt for any other text, such as a time without offset or a day that does not
// exist.
std::optional<absl::Time> ReadTimestamp(absl::string_view text);

// Formats a time in UTC, with as many fractional digits as needed: "2009-02-13T22:31:30.5Z".
// REQUIRES: IsTimestamp.
std::string TimestampText(absl::Time time);

// Parses "1h30m", "-1.5s", "100ms" or "0": numbers with the units h, m, s, ms, us and ns, with one
// sign for all. Returns nullopt for any other text and outside the range of durations.
std::optional<absl::Duration> ReadDuration(absl::string_view text);

// Formats a duration in seconds, with as many fractional digits as needed: "5400s", "-1.5s".
std::string DurationText(absl::Duration duration);

// Returns the time zone of an offset such as "+02:30", whose sign is optional, or of "UTC" or "".
// Returns nullopt for other names. Never reads a file.
std::optional<absl::TimeZone> FindOffset(absl::string_view name);

// As FindOffset, and also finds the system's time zones by name: "America/Los_Angeles". The first
// call for a name reads a file, and the result is cached for the lifetime of the process. Hence
// only for literals in conditions, not for names that come with writes.
std::optional<absl::TimeZone> FindTimeZone(absl::string_view name);

// Evaluates kGetDate to kGetSeconds. For a timestamp, returns a part of its calendar time in the
// zone, by default UTC. Months and days of the month, week (from Sunday) and year count from 0;
// getDate counts from 1. For a duration, which takes no zone, returns the whole of it in hours,
// minutes or seconds, or the milliseconds beyond its full seconds. REQUIRES: not an error.
Value TimePart(Function function, Value time, const std::optional<absl::TimeZone>& zone,
               Budget& budget);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_TIMES_H_
