#ifndef CACHE_INVALIDATION_SERVER_VERSION_H_
#define CACHE_INVALIDATION_SERVER_VERSION_H_

namespace cache_invalidation {

// Semantic version of the interfaces that users depend on: contract, flags, metrics.
inline constexpr char kVersion[] = "0.1.0";

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_SERVER_VERSION_H_
