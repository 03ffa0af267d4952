#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_SUBSCRIPTION_THREAD_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_SUBSCRIPTION_THREAD_H_

#include <memory>

#include "client/internal/runtime.h"
#include "client/subscription.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"

namespace cache_invalidation::client::internal {

// Starts a subscription: a SubscriptionCore with a thread that runs its streams.
std::unique_ptr<Subscription> StartSubscription(std::shared_ptr<v1::SubscriptionService::Stub> stub,
                                                const Runtime& runtime,
                                                const SubscribeParams& params);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_SUBSCRIPTION_THREAD_H_
