#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_STRATEGY_CONVERSION_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_STRATEGY_CONVERSION_H_

#include "client/strategy.h"
#include "protos/cache_invalidation/v1/strategy.pb.h"

namespace cache_invalidation::client::internal {

v1::InvalidationStrategy ToProto(InvalidationStrategy in);

// An unknown strategy becomes kImmediate.
InvalidationStrategy FromProto(v1::InvalidationStrategy in);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_STRATEGY_CONVERSION_H_
