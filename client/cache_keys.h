// SPDX-License-Identifier: Apache-2.0

// CacheKeys for users of the SDK: keys that cannot collide, whatever their parts are.
//
//   const CacheKeys keys("shop");
//   const std::string key = keys.Key("user", 42, "a:b");  // shop:user:42:a%3Ab
//
// common/tag.h describes it.
//
// Threads: immutable, thread-safe.
// Errors: none. A key that is too long is refused by the calls that take it.
// Cost: one string.

#ifndef CACHE_INVALIDATION_CLIENT_CACHE_KEYS_H_
#define CACHE_INVALIDATION_CLIENT_CACHE_KEYS_H_

#include "common/tag.h"

namespace cache_invalidation::client {

using cache_invalidation::CacheKeys;

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_CACHE_KEYS_H_
