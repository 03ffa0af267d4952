#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_STREAM_END_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_STREAM_END_H_

#include "absl/status/status.h"

namespace cache_invalidation::client::internal {

// Whether a stream that ended so would end so again: something that was sent is wrong, or not
// permitted.
bool IsPermanent(const absl::Status& status);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_STREAM_END_H_
