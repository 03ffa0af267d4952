#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_FOUND_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_FOUND_H_

#include <memory>

namespace cache_invalidation::client::internal {

// Identifies the type of a value: the address of an object that exists once per type.
using TypeToken = const void*;

// The result of a look-up. No value: there is none that the caller may use.
struct Found {
  std::shared_ptr<const void> value = {};
  bool is_stale = false;
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_FOUND_H_
