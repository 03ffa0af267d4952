#include "client/internal/conversion/time_conversion.h"

#include <algorithm>
#include <cstdint>

namespace cache_invalidation::client::internal {
namespace {

// From google/protobuf/duration.proto.
constexpr absl::Duration kLongest = absl::Seconds(315'576'000'000);

}  // namespace

void ToProto(absl::Duration in, google::protobuf::Duration* out) {
  in = std::clamp(in, -kLongest, kLongest);
  const int64_t seconds = absl::IDivDuration(in, absl::Seconds(1), &in);
  out->set_seconds(seconds);
  out->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(in)));
}

absl::Duration FromProto(const google::protobuf::Duration& in) {
  return absl::Seconds(in.seconds()) + absl::Nanoseconds(in.nanos());
}

void ToProto(absl::Time in, google::protobuf::Timestamp* out) {
  const int64_t seconds = absl::ToUnixSeconds(in);  // towards the past
  out->set_seconds(seconds);
  out->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(in - absl::FromUnixSeconds(seconds))));
}

absl::Time FromProto(const google::protobuf::Timestamp& in) {
  return absl::FromUnixSeconds(in.seconds()) + absl::Nanoseconds(in.nanos());
}

}  // namespace cache_invalidation::client::internal
