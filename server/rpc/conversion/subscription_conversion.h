#ifndef CACHE_INVALIDATION_SERVER_RPC_CONVERSION_SUBSCRIPTION_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_RPC_CONVERSION_SUBSCRIPTION_CONVERSION_H_

#include "absl/status/statusor.h"
#include "grpcpp/support/byte_buffer.h"
#include "protos/cache_invalidation/v1/subscription_service.pb.h"
#include "server/delivery/subscription.h"

namespace cache_invalidation::rpc {

// Parses a received message. Fails with INVALID_ARGUMENT, which names the malformed field.
absl::StatusOr<v1::SubscribeRequest> ParseSubscribeRequest(const grpc::ByteBuffer& buffer);

// Converts the first message of a stream. Fails with INVALID_ARGUMENT, which names the path of the
// field. A missing instance stays empty.
absl::StatusOr<delivery::SubscriptionRequest> ToSubscriptionRequest(
    const v1::SubscribeRequest& first);

// Convert the fields that any message can have. CheckLaterMessage fails with INVALID_ARGUMENT if a
// message after the first requests a subscription.
delivery::ClientMessage ToClientMessage(const v1::SubscribeRequest& request);
absl::Status CheckLaterMessage(const v1::SubscribeRequest& request);

// An encoded SubscribeResponse. The events are the chunks' own bytes, shared and not copied.
// REQUIRES: the message is not empty.
grpc::ByteBuffer ToByteBuffer(const delivery::Message& message);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CONVERSION_SUBSCRIPTION_CONVERSION_H_
