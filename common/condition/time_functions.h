#ifndef CACHE_INVALIDATION_COMMON_CONDITION_TIME_FUNCTIONS_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_TIME_FUNCTIONS_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/condition/budget.h"
#include "common/condition/function.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

// The zone that `getHours("+02:30")` names: an offset, its sign optional, or "UTC" (also ""). Never
// reads a file.
std::optional<absl::TimeZone> FindOffset(absl::string_view name);

// As FindOffset, and names of the system's time zones: "America/Los_Angeles". The first call for a
// name reads a file; what was read, or that there is none, is kept for ever. So: for names that
// stand in conditions, not for those that come with writes.
std::optional<absl::TimeZone> FindTimeZone(absl::string_view name);

// Of kGetDate to kGetSeconds: a part of a timestamp in that zone, as the calendar has it. Months,
// and days of month, week (from Sunday) and year count from 0; getDate from 1. Of a duration: all
// its hours, minutes or seconds, or the milliseconds that are left beside the seconds; no zone.
// REQUIRES: not an error.
Value TimePart(Function function, Value time, const std::optional<absl::TimeZone>& zone,
               Budget& budget);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_TIME_FUNCTIONS_H_
