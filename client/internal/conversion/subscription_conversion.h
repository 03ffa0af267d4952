#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_SUBSCRIPTION_CONVERSION_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_SUBSCRIPTION_CONVERSION_H_

#include "client/subscription.h"
#include "protos/cache_invalidation/v1/subscription_service.pb.h"

namespace cache_invalidation::client::internal {

// Does not set namespace, instance and start position, which differ between streams.
void ToProto(const SubscriptionOptions& in, v1::Subscription* out);

// Lease and heartbeat are zero if the message has none.
SubscriptionStarted FromProto(const v1::Started& in);

void ToProto(const SubscriptionReset& in, v1::Reset* out);
SubscriptionReset FromProto(const v1::Reset& in);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_SUBSCRIPTION_CONVERSION_H_
