#ifndef CACHE_INVALIDATION_COMMON_CONDITION_TIME_FUNCTIONS_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_TIME_FUNCTIONS_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/condition/budget.h"
#include "common/condition/function.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

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

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_TIME_FUNCTIONS_H_
