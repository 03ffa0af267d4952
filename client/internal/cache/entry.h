// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_ENTRY_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_ENTRY_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "client/cache_statistics.h"
#include "client/internal/cache/value_type.h"
#include "client/value_options.h"

namespace cache_invalidation::client::internal {

struct Entry;
struct NameNode;

// One name of one entry, in the list of all entries of that name.
struct NameLink {
  Entry* entry = nullptr;
  NameNode* node = nullptr;
  NameLink* next = nullptr;
  NameLink** previous = nullptr;  // the pointer to this link
};

// A cached value. It belongs to a CacheShard, which sets the fields below the line.
struct Entry {
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

  std::string key = {};
  size_t hash = 0;  // KeyHash of the key
  std::shared_ptr<const void> value = {};
  ValueType* type = nullptr;
  int64_t expires = kNever;     // nanoseconds of Clock::Monotonic
  int64_t refresh_at = kNever;  // likewise: when a hit has it loaded anew
  uint64_t weight = 1;

  // Where it is counted; null: nowhere.
  TypeStatistics* counters = nullptr;

  // The value is an absl::Status (Found::is_error).
  bool is_error = false;

  // It was computed from something that only the service knows. So a value that is computed from
  // this entry must be registered with the service as well.
  bool needs_service = false;

  // Kept for a limited time although its fill was refused. No value computed from it may be kept.
  bool provisional = false;

  // ----
  bool marked = false;    // stale
  bool visited = false;   // since the eviction last looked at it
  bool selected = false;  // hit by the change that is being applied
  Entry* newer = nullptr;
  Entry* older = nullptr;
  std::unique_ptr<NameLink[]> links = {};
  uint32_t link_count = 0;

  bool IsExpired(int64_t now) const { return expires <= now; }
};

inline size_t KeyHash(absl::string_view key) { return absl::Hash<absl::string_view>()(key); }

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

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_ENTRY_H_
