#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_EVENT_CONVERSION_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_EVENT_CONVERSION_H_

#include "client/event.h"
#include "protos/cache_invalidation/v1/event.pb.h"

namespace cache_invalidation::client::internal {

// Converts a complete revision, of one part or assembled from its parts.
void ToProto(const Event& in, v1::Event* out);

// Converts one part of a revision. Values that this client does not know become those that drop
// more: kinds become kEvict, targets kEverything. The message has no epoch.
Event FromProto(const v1::Event& in);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_EVENT_CONVERSION_H_
