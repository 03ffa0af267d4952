#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_DEFINITIVE_ERROR_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_DEFINITIVE_ERROR_H_

#include "absl/status/status.h"

namespace cache_invalidation::client::internal {

// Whether the same request would fail again: something in it is wrong, too large, or not permitted.
// Every other error may be one of the way to the service, or of this moment, also CANCELLED and
// UNKNOWN; all requests may be repeated, so all but these are.
bool IsDefinitive(const absl::Status& error);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_DEFINITIVE_ERROR_H_
