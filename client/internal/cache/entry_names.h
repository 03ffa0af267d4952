#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_ENTRY_NAMES_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_ENTRY_NAMES_H_

#include <algorithm>
#include <string>
#include <vector>

namespace cache_invalidation::client::internal {

// The names that invalidate an entry, other than its own key.
struct EntryNames {
  // Its tags, and those it was computed from. The tags above them are implied.
  std::vector<std::string> tags = {};

  // The keys it was computed from.
  std::vector<std::string> keys = {};

  bool operator==(const EntryNames&) const = default;

  // Sorts the names and removes duplicates.
  void Canonicalize() {
    for (std::vector<std::string>* names : {&tags, &keys}) {
      std::sort(names->begin(), names->end());
      names->erase(std::unique(names->begin(), names->end()), names->end());
    }
  }
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_ENTRY_NAMES_H_
