#ifndef CACHE_INVALIDATION_SERVER_RPC_TIME_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_RPC_TIME_CONVERSION_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"

namespace cache_invalidation::rpc {

// Fails with INVALID_ARGUMENT, without the path of the field, if the value is not a valid duration
// or not between `least` and `most`.
absl::StatusOr<absl::Duration> ToDuration(const google::protobuf::Duration& duration,
                                          absl::Duration least, absl::Duration most);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_TIME_CONVERSION_H_
