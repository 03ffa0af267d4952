// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_FILTER_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_FILTER_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace cache_invalidation::delivery {

// The events that a subscriber wants, in canonical form: filters whose lists let the same targets
// pass compare equal, and share their work.
//
// Each list restricts targets of its own kind; an empty list lets every target of its kind pass. A
// target passes unless it is certain not to concern the subscriber. A filter holds its names and
// nothing else, so its size is that of the request it came with.
//
// Immutable, thread-safe.
class Filter {
 public:
  // Lets everything pass.
  Filter() = default;

  // Tags and key prefixes in any order, with repetitions; all well formed and not empty.
  Filter(std::vector<std::string> tags, std::vector<std::string> key_prefixes);

  bool passes_everything() const { return tags_.empty() && key_prefixes_.empty(); }

  // A tag passes when it is one of the filter's tags, above one or below one.
  bool PassesTag(absl::string_view tag) const;

  // A key passes when it begins with one of the prefixes.
  bool PassesKey(absl::string_view key) const;

  // A pattern whose matches all begin with `literal_prefix` passes unless no such key can pass.
  bool PassesPattern(absl::string_view literal_prefix) const;

  // Sorted; none is above another.
  const std::vector<std::string>& tags() const { return tags_; }
  // Sorted; none begins with another.
  const std::vector<std::string>& key_prefixes() const { return key_prefixes_; }

  // Its size in memory.
  size_t bytes() const;

  friend bool operator==(const Filter& a, const Filter& b) {
    return a.tags_ == b.tags_ && a.key_prefixes_ == b.key_prefixes_;
  }

  template <typename H>
  friend H AbslHashValue(H h, const Filter& filter) {
    return H::combine(std::move(h), filter.tags_, filter.key_prefixes_);
  }

 private:
  std::vector<std::string> tags_;
  std::vector<std::string> key_prefixes_;
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_FILTER_H_
