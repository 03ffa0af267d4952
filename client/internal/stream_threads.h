// SPDX-License-Identifier: Apache-2.0

// Subscriptions and write streams as a Connection gives them: each has a thread, which runs its
// streams one after the other and calls the callbacks.

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_STREAM_THREADS_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_STREAM_THREADS_H_

#include <memory>

#include "client/internal/retry.h"
#include "client/subscription.h"
#include "client/write_stream.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"

namespace cache_invalidation::client::internal {

// Starts a SubscriptionCore.
std::unique_ptr<Subscription> StartSubscription(std::shared_ptr<v1::SubscriptionService::Stub> stub,
                                                const Runtime& runtime,
                                                const SubscribeParams& params);

// Starts a WriteStreamCore.
std::unique_ptr<WriteStream> StartWriteStream(std::shared_ptr<v1::WriteEventService::Stub> stub,
                                              const Runtime& runtime,
                                              const OpenWriteStreamParams& params);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_STREAM_THREADS_H_
