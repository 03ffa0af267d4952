// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_RPC_CONVERSION_SUBSCRIPTION_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_RPC_CONVERSION_SUBSCRIPTION_CONVERSION_H_

#include "absl/status/statusor.h"
#include "grpcpp/support/byte_buffer.h"
#include "protos/cache_invalidation/v1/subscription_service.pb.h"
#include "server/delivery/stream_core.h"

namespace cache_invalidation::rpc {

// Parses a received message. Fails with INVALID_ARGUMENT, which names the malformed field.
absl::StatusOr<v1::SubscribeRequest> ParseSubscribeRequest(const grpc::ByteBuffer& buffer);

// Converts a message of a stream. Fails with INVALID_ARGUMENT, which names the path of the field. A
// subscription belongs to the first message, and only to it. A missing instance stays empty.
absl::StatusOr<delivery::ReceivedMessage> ToReceivedMessage(const v1::SubscribeRequest& request,
                                                            bool is_first);

// An encoded SubscribeResponse. The events are the chunks' own bytes, shared and not copied.
// REQUIRES: the message is not empty.
grpc::ByteBuffer ToByteBuffer(const delivery::Message& message);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CONVERSION_SUBSCRIPTION_CONVERSION_H_
