#include "server/rpc/time_conversion.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/wire/time_conversion.h"

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
  const absl::Duration value = wire::ToDuration(duration);
  if (value < least || value > most) return OutOfRange(least, most, absl::FormatDuration(value));
  return value;
}

}  // namespace cache_invalidation::rpc
