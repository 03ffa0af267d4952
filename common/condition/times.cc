// SPDX-License-Identifier: Apache-2.0

#include "common/condition/times.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "common/condition/messages.h"

namespace cache_invalidation::condition {
namespace {

constexpr int kNanosecondDigits = 9;

// A cursor over a text.
class Reader {
 public:
  explicit Reader(absl::string_view text) : text_(text) {}

  bool Take(char wanted) {
    if (text_.empty() || text_.front() != wanted) return false;
    text_.remove_prefix(1);
    return true;
  }

  // Takes a number of exactly that many digits.
  std::optional<int> TakeNumber(size_t digits) {
    if (text_.size() < digits) return std::nullopt;
    int number = 0;
    for (char digit : text_.substr(0, digits)) {
      if (!absl::ascii_isdigit(static_cast<unsigned char>(digit))) return std::nullopt;
      number = number * 10 + (digit - '0');
    }
    text_.remove_prefix(digits);
    return number;
  }

  // Takes the one or more digits of a fraction of a second. Returns nanoseconds.
  std::optional<int64_t> TakeNanoseconds() {
    int64_t nanoseconds = 0;
    int digits = 0;
    for (; !text_.empty() && absl::ascii_isdigit(static_cast<unsigned char>(text_.front()));
         text_.remove_prefix(1), ++digits) {
      if (digits < kNanosecondDigits) nanoseconds = nanoseconds * 10 + (text_.front() - '0');
    }
    if (digits == 0) return std::nullopt;
    for (; digits < kNanosecondDigits; ++digits) nanoseconds *= 10;
    return nanoseconds;
  }

  bool at_end() const { return text_.empty(); }

 private:
  absl::string_view text_;
};

// Takes "2009-02-13T23:31:30".
std::optional<absl::CivilSecond> TakeCivilSecond(Reader& reader) {
  const auto year = reader.TakeNumber(4);
  if (!year || !reader.Take('-')) return std::nullopt;
  const auto month = reader.TakeNumber(2);
  if (!month || !reader.Take('-')) return std::nullopt;
  const auto day = reader.TakeNumber(2);
  if (!day || !reader.Take('T')) return std::nullopt;
  const auto hour = reader.TakeNumber(2);
  if (!hour || !reader.Take(':')) return std::nullopt;
  const auto minute = reader.TakeNumber(2);
  if (!minute || !reader.Take(':')) return std::nullopt;
  const auto second = reader.TakeNumber(2);
  if (!second) return std::nullopt;
  const absl::CivilSecond result(*year, *month, *day, *hour, *minute, *second);
  // CivilSecond normalizes a date that does not exist to one that does.
  const bool exists = result.month() == *month && result.day() == *day && result.hour() == *hour &&
                      result.minute() == *minute && result.second() == *second;
  if (!exists) return std::nullopt;
  return result;
}

// Takes "Z" or "+01:00". Returns the offset from UTC.
std::optional<absl::Duration> TakeOffset(Reader& reader) {
  if (reader.Take('Z')) return absl::ZeroDuration();
  const bool west = reader.Take('-');
  if (!west && !reader.Take('+')) return std::nullopt;
  const auto hours = reader.TakeNumber(2);
  if (!hours || *hours > 23 || !reader.Take(':')) return std::nullopt;
  const auto minutes = reader.TakeNumber(2);
  if (!minutes || *minutes > 59) return std::nullopt;
  const absl::Duration offset = absl::Hours(*hours) + absl::Minutes(*minutes);
  return west ? -offset : offset;
}

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

std::optional<absl::Time> ReadTimestamp(absl::string_view text) {
  Reader reader(text);
  const auto civil = TakeCivilSecond(reader);
  if (!civil) return std::nullopt;
  int64_t nanoseconds = 0;
  if (reader.Take('.')) {
    const auto fraction = reader.TakeNanoseconds();
    if (!fraction) return std::nullopt;
    nanoseconds = *fraction;
  }
  const auto offset = TakeOffset(reader);
  if (!offset || !reader.at_end()) return std::nullopt;
  const absl::Time time =
      absl::FromCivil(*civil, absl::UTCTimeZone()) + absl::Nanoseconds(nanoseconds) - *offset;
  if (!IsTimestamp(time)) return std::nullopt;
  return time;
}

std::string TimestampText(absl::Time time) {
  return absl::FormatTime("%E4Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone());
}

std::optional<absl::Duration> ReadDuration(absl::string_view text) {
  absl::Duration duration;
  if (!absl::ParseDuration(text, &duration) || !IsDuration(duration)) return std::nullopt;
  return absl::Trunc(duration, absl::Nanoseconds(1));
}

std::string DurationText(absl::Duration duration) {
  const char* sign = duration < absl::ZeroDuration() ? "-" : "";
  absl::Duration rest;
  const int64_t seconds = absl::IDivDuration(absl::AbsDuration(duration), absl::Seconds(1), &rest);
  const int64_t nanoseconds = absl::ToInt64Nanoseconds(rest);
  if (nanoseconds == 0) return absl::StrCat(sign, seconds, "s");
  std::string fraction = absl::StrCat(absl::Dec(nanoseconds, absl::kZeroPad9));
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return absl::StrCat(sign, seconds, ".", fraction, "s");
}

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
