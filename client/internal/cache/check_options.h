#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_CHECK_OPTIONS_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_CHECK_OPTIONS_H_

#include "absl/status/status.h"
#include "client/cache_options.h"

namespace cache_invalidation::client::internal {

// INVALID_ARGUMENT names the first option that nobody can mean.
absl::Status CheckOptions(const TaggedCacheOptions& options);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_CHECK_OPTIONS_H_
