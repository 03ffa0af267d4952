// Sets of keys as a test needs them.

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_TESTING_PURGE_SETS_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_TESTING_PURGE_SETS_H_

#include <string>
#include <vector>

#include "client/connect/http/purge_set.h"

namespace cache_invalidation::connect {

inline PurgeSet SetOf(const std::vector<std::string>& keys, bool is_hard = true) {
  PurgeSet out;
  for (const std::string& key : keys) out.Add(key, is_hard);
  return out;
}

inline PurgeSet Everything() {
  PurgeSet out;
  out.AddEverything();
  return out;
}

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_TESTING_PURGE_SETS_H_
