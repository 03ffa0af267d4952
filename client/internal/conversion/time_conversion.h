#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_TIME_CONVERSION_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_TIME_CONVERSION_H_

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace cache_invalidation::client::internal {

// Durations beyond the range of the message (10,000 years) become the longest in range.
void ToProto(absl::Duration in, google::protobuf::Duration* out);
absl::Duration FromProto(const google::protobuf::Duration& in);

void ToProto(absl::Time in, google::protobuf::Timestamp* out);
absl::Time FromProto(const google::protobuf::Timestamp& in);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_TIME_CONVERSION_H_
