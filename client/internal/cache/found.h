#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_FOUND_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_FOUND_H_

#include <memory>

namespace cache_invalidation::client::internal {

// Tells types of values apart: the address of something that each type has one of.
using TypeToken = const void*;

// What a look-up found; no value: nothing that the caller may use.
struct Found {
  std::shared_ptr<const void> value = {};
  bool is_stale = false;
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_FOUND_H_
