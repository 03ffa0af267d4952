#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_OPTION_CHECKS_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_OPTION_CHECKS_H_

#include "absl/status/status.h"
#include "client/cache_options.h"

namespace cache_invalidation::client::internal {

// Fails with INVALID_ARGUMENT, which names the first option that is out of range.
absl::Status CheckOptions(const TaggedCacheOptions& options);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_OPTION_CHECKS_H_
