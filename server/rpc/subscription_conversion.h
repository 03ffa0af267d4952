#ifndef CACHE_INVALIDATION_SERVER_RPC_SUBSCRIPTION_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_RPC_SUBSCRIPTION_CONVERSION_H_

#include "absl/status/statusor.h"
#include "grpcpp/support/byte_buffer.h"
#include "protos/cache_invalidation/v1/subscription_service.pb.h"
#include "server/delivery/subscription.h"

namespace cache_invalidation::rpc {

// A received message. INVALID_ARGUMENT names the place where it is broken.
absl::StatusOr<v1::SubscribeRequest> ParseSubscribeRequest(const grpc::ByteBuffer& buffer);

// What the first message of a stream asks for. INVALID_ARGUMENT names the path of the field that
// is wrong. An instance that was not given stays empty.
absl::StatusOr<delivery::SubscriptionRequest> ToSubscriptionRequest(
    const v1::SubscribeRequest& first);

// What every message says. INVALID_ARGUMENT: a message after the first asks for a subscription.
delivery::ClientMessage ToClientMessage(const v1::SubscribeRequest& request);
absl::Status CheckLaterMessage(const v1::SubscribeRequest& request);

// An encoded SubscribeResponse: the events are the chunks' own bytes, shared and not copied.
// REQUIRES: the message is not empty.
grpc::ByteBuffer ToByteBuffer(const delivery::Message& message);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_SUBSCRIPTION_CONVERSION_H_
