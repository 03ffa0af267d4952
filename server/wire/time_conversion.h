#ifndef CACHE_INVALIDATION_SERVER_WIRE_TIME_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_WIRE_TIME_CONVERSION_H_

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace cache_invalidation::wire {

// Times and durations, exact to the nanosecond. Nothing is checked.

absl::Time ToTime(const google::protobuf::Timestamp& proto);
absl::Duration ToDuration(const google::protobuf::Duration& proto);

void FromTime(absl::Time time, google::protobuf::Timestamp* proto);

// A negative or infinite duration becomes zero: no field of the contract has a meaning for one.
void FromDuration(absl::Duration duration, google::protobuf::Duration* proto);

}  // namespace cache_invalidation::wire

#endif  // CACHE_INVALIDATION_SERVER_WIRE_TIME_CONVERSION_H_
