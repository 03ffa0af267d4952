#include "client/internal/conversion/strategy_conversion.h"

namespace cache_invalidation::client::internal {

v1::InvalidationStrategy ToProto(InvalidationStrategy in) {
  switch (in) {
    case InvalidationStrategy::kImmediate:
      return v1::INVALIDATION_STRATEGY_IMMEDIATE;
    case InvalidationStrategy::kBatched:
      return v1::INVALIDATION_STRATEGY_BATCHED;
    case InvalidationStrategy::kLazy:
      return v1::INVALIDATION_STRATEGY_LAZY;
    case InvalidationStrategy::kCascade:
      return v1::INVALIDATION_STRATEGY_CASCADE;
  }
  return v1::INVALIDATION_STRATEGY_UNSPECIFIED;
}

InvalidationStrategy FromProto(v1::InvalidationStrategy in) {
  switch (in) {
    case v1::INVALIDATION_STRATEGY_BATCHED:
      return InvalidationStrategy::kBatched;
    case v1::INVALIDATION_STRATEGY_LAZY:
      return InvalidationStrategy::kLazy;
    case v1::INVALIDATION_STRATEGY_CASCADE:
      return InvalidationStrategy::kCascade;
    default:
      return InvalidationStrategy::kImmediate;
  }
}

}  // namespace cache_invalidation::client::internal
