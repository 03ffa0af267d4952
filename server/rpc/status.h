#ifndef CACHE_INVALIDATION_SERVER_RPC_STATUS_H_
#define CACHE_INVALIDATION_SERVER_RPC_STATUS_H_

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace cache_invalidation::rpc {

// The only conversion of our errors to gRPC's. The codes have the same numbers; a message is cut at
// 1 KiB, because it is sent in a header.
grpc::Status ToGrpcStatus(const absl::Status& status);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_STATUS_H_
