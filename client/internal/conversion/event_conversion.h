#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_EVENT_CONVERSION_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_EVENT_CONVERSION_H_

#include "client/event.h"
#include "protos/cache_invalidation/v1/event.pb.h"

namespace cache_invalidation::client::internal {

// A revision that came in one part, or was put together from its parts, as one Event.
void ToProto(const Event& in, v1::Event* out);

// One part of a revision. Whatever this client does not know it takes as the value that drops more:
// kinds as kEvict, targets as kEverything. The epoch is not part of the message.
Event FromProto(const v1::Event& in);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_EVENT_CONVERSION_H_
