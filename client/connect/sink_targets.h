// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_SINK_TARGETS_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_SINK_TARGETS_H_

#include <cstddef>
#include <set>
#include <string>
#include <utility>

namespace cache_invalidation::connect {

// More scans become everything: each key of the cache would be compared with all of them.
inline constexpr size_t kMaxScans = 100;

// What a cache has to drop, each name once. Thread-compatible.
struct SinkTargets {
  std::set<std::string> keys = {};
  std::set<std::string> stale = {};  // keys that are only marked as stale; none is in `keys`
  std::set<std::string> once = {};   // keys that need not be dropped again later

  // Keys with a prefix, the rest of which matches an RE2 expression; empty: any rest.
  std::set<std::pair<std::string, std::string>> scans = {};

  bool everything = false;  // then there is nothing else

  size_t size() const {
    return keys.size() + stale.size() + once.size() + scans.size() + (everything ? 1 : 0);
  }
  bool empty() const { return size() == 0; }

  void MakeEverything() { *this = SinkTargets{.everything = true}; }

  // Adds what the other has. Dropping wins over marking as stale.
  void Merge(SinkTargets other);

  // Removes and returns some of it, at least one: keys of at most `max_bytes` in all, and at most
  // `max_names`. Keys that are marked as stale are a part of their own. REQUIRES: not empty.
  SinkTargets TakePart(size_t max_names, size_t max_bytes);
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_SINK_TARGETS_H_
