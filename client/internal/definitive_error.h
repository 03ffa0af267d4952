#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_DEFINITIVE_ERROR_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_DEFINITIVE_ERROR_H_

#include "absl/status/status.h"

namespace cache_invalidation::client::internal {

// Whether the same request would fail again, because it is wrong, too large or not permitted. Every
// other error, also CANCELLED and UNKNOWN, may come from the network or be temporary. All requests
// are safe to repeat, so these are retried.
bool IsDefinitive(const absl::Status& error);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_DEFINITIVE_ERROR_H_
