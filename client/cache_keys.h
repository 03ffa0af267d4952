// CacheKeys for users of the SDK: keys that cannot collide (see common/tag.h).

#ifndef CACHE_INVALIDATION_CLIENT_CACHE_KEYS_H_
#define CACHE_INVALIDATION_CLIENT_CACHE_KEYS_H_

#include "common/tag.h"

namespace cache_invalidation::client {

using cache_invalidation::CacheKeys;

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_CACHE_KEYS_H_
