#include "common/condition/time_functions.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/time/civil_time.h"
#include "common/condition/errors.h"

namespace cache_invalidation::condition {
namespace {

using Kind = Value::Kind;

// Longer than the longest name of the system.
constexpr size_t kMaxZoneNameBytes = 64;

bool IsDigit(char character) { return absl::ascii_isdigit(static_cast<unsigned char>(character)); }

// Whether the name denotes a file within the system's directory of time zones.
bool MayNameZone(absl::string_view name) {
  if (name.empty() || name.size() > kMaxZoneNameBytes) return false;
  return absl::ascii_isalpha(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(), [](char character) {
           return absl::ascii_isalnum(static_cast<unsigned char>(character)) || character == '/' ||
                  character == '_' || character == '-' || character == '+';
         });
}

Value PartOfDuration(Function function, Value value, Budget& budget) {
  const absl::Duration duration = value.as_duration();
  switch (function) {
    case Function::kGetHours:
      return Value::Int(absl::ToInt64Hours(duration));
    case Function::kGetMinutes:
      return Value::Int(absl::ToInt64Minutes(duration));
    case Function::kGetSeconds:
      return Value::Int(absl::ToInt64Seconds(duration));
    case Function::kGetMilliseconds:
      return Value::Int(absl::ToInt64Milliseconds(duration % absl::Seconds(1)));
    default:
      return NoSuchOverload(function, {value}, budget);
  }
}

int64_t PartOfTimestamp(Function function, const absl::TimeZone::CivilInfo& civil) {
  switch (function) {
    case Function::kGetDate:
      return civil.cs.day();
    case Function::kGetDayOfMonth:
      return civil.cs.day() - 1;
    case Function::kGetDayOfWeek:
      // Abseil's week begins on Monday.
      return (static_cast<int>(absl::GetWeekday(civil.cs)) + 1) % 7;
    case Function::kGetDayOfYear:
      return absl::GetYearDay(absl::CivilDay(civil.cs)) - 1;
    case Function::kGetFullYear:
      return civil.cs.year();
    case Function::kGetHours:
      return civil.cs.hour();
    case Function::kGetMilliseconds:
      return absl::ToInt64Milliseconds(civil.subsecond);
    case Function::kGetMinutes:
      return civil.cs.minute();
    case Function::kGetMonth:
      return civil.cs.month() - 1;
    default:
      return civil.cs.second();
  }
}

}  // namespace

std::optional<absl::TimeZone> FindOffset(absl::string_view name) {
  if (name.empty() || name == "UTC") return absl::UTCTimeZone();
  const bool west = name[0] == '-';
  if (west || name[0] == '+') name.remove_prefix(1);
  const bool well_formed = name.size() == 5 && IsDigit(name[0]) && IsDigit(name[1]) &&
                           name[2] == ':' && IsDigit(name[3]) && IsDigit(name[4]);
  if (!well_formed) return std::nullopt;
  const int hours = (name[0] - '0') * 10 + (name[1] - '0');
  const int minutes = (name[3] - '0') * 10 + (name[4] - '0');
  if (hours > 23 || minutes > 59) return std::nullopt;
  const int seconds = (hours * 60 + minutes) * 60;
  return absl::FixedTimeZone(west ? -seconds : seconds);
}

std::optional<absl::TimeZone> FindTimeZone(absl::string_view name) {
  if (auto offset = FindOffset(name)) return offset;
  absl::TimeZone zone;
  if (!MayNameZone(name) || !absl::LoadTimeZone(std::string(name), &zone)) return std::nullopt;
  return zone;
}

Value TimePart(Function function, Value time, const std::optional<absl::TimeZone>& zone,
               Budget& budget) {
  if (time.is(Kind::kDuration) && !zone) return PartOfDuration(function, time, budget);
  if (!time.is(Kind::kTimestamp)) return NoSuchOverload(function, {time}, budget);
  const absl::TimeZone where = zone.value_or(absl::UTCTimeZone());
  return Value::Int(PartOfTimestamp(function, where.At(time.as_timestamp())));
}

}  // namespace cache_invalidation::condition
