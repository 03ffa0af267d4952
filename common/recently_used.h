// SPDX-License-Identifier: Apache-2.0

// RecentlyUsed: a cache of values computed from texts, which keeps the most recently used.

#ifndef CACHE_INVALIDATION_COMMON_RECENTLY_USED_H_
#define CACHE_INVALIDATION_COMMON_RECENTLY_USED_H_

#include <cstddef>
#include <list>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation {

//   RecentlyUsed<std::string> escaped(/*limit=*/256);
//   escaped.Get("a:b", EscapeTagValue);  // worked out
//   escaped.Get("a:b", EscapeTagValue);  // remembered
//
// Thread-compatible.
template <typename Value>
class RecentlyUsed {
 public:
  // Keeps `limit` values; at least one.
  explicit RecentlyUsed(size_t limit) : limit_(limit) {}

  // Returns the cached value of the text, or else `compute(text)`. The reference is valid until the
  // next call.
  template <typename Compute>
  const Value& Get(absl::string_view text, Compute compute) {
    const auto known = index_.find(text);
    if (known != index_.end()) {
      items_.splice(items_.begin(), items_, known->second);
      return items_.front().second;
    }
    items_.emplace_front(std::string(text), compute(text));
    index_.emplace(items_.front().first, items_.begin());
    if (items_.size() > limit_ && items_.size() > 1) {
      index_.erase(items_.back().first);
      items_.pop_back();
    }
    return items_.front().second;
  }

 private:
  using Items = std::list<std::pair<std::string, Value>>;

  const size_t limit_;
  Items items_;  // most recently used first
  absl::flat_hash_map<absl::string_view, typename Items::iterator> index_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_RECENTLY_USED_H_
