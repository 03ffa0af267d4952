#include "server/rpc/time_conversion.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::rpc {
namespace {

constexpr int32_t kNanosPerSecond = 1'000'000'000;
// The range that protobuf defines: about 10,000 years.
constexpr int64_t kMaxSeconds = 315'576'000'000;

bool IsDuration(const google::protobuf::Duration& duration) {
  const int64_t seconds = duration.seconds();
  const int32_t nanos = duration.nanos();
  return seconds >= -kMaxSeconds && seconds <= kMaxSeconds && nanos > -kNanosPerSecond &&
         nanos < kNanosPerSecond && (seconds <= 0 || nanos >= 0) && (seconds >= 0 || nanos <= 0);
}

absl::Status OutOfRange(absl::Duration least, absl::Duration most, const std::string& got) {
  return absl::InvalidArgumentError(absl::StrCat("expected a duration of ",
                                                 absl::FormatDuration(least), " to ",
                                                 absl::FormatDuration(most), ", got ", got));
}

}  // namespace

absl::StatusOr<absl::Duration> ToDuration(const google::protobuf::Duration& duration,
                                          absl::Duration least, absl::Duration most) {
  if (!IsDuration(duration))
    return OutOfRange(least, most, "seconds and nanos that are not a duration");
  const absl::Duration value =
      absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
  if (value < least || value > most) return OutOfRange(least, most, absl::FormatDuration(value));
  return value;
}

void FromDuration(absl::Duration duration, google::protobuf::Duration* proto) {
  if (duration < absl::ZeroDuration() || duration == absl::InfiniteDuration())
    duration = absl::ZeroDuration();
  proto->set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &duration));
  proto->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration)));
}

void FromTime(absl::Time time, google::protobuf::Timestamp* proto) {
  const int64_t seconds = absl::ToUnixSeconds(time);  // rounds down
  proto->set_seconds(seconds);
  proto->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

}  // namespace cache_invalidation::rpc
