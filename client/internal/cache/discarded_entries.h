// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_DISCARDED_ENTRIES_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_DISCARDED_ENTRIES_H_

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "client/internal/cache/entry.h"
#include "client/value_options.h"

namespace cache_invalidation::client::internal {

// Entries and values that left a shard. They are reported (ValueOptions::on_removed) and destroyed
// without locks, because both run code of users: the holder destroys this after its locks, and
// after the loads that its thread runs, for which a thread may wait that holds a lock of the users.
//
// Thread-compatible.
class DiscardedEntries {
 public:
  DiscardedEntries() = default;
  ~DiscardedEntries() { clear(); }
  DiscardedEntries(const DiscardedEntries&) = delete;
  DiscardedEntries& operator=(const DiscardedEntries&) = delete;

  void Add(std::unique_ptr<Entry> entry, RemovalCause cause) {
    entries_.push_back({std::move(entry), cause});
  }
  // A value that was reported when its entry left.
  void AddValue(std::shared_ptr<const void> value) { values_.push_back(std::move(value)); }

  size_t size() const { return entries_.size(); }

  // Reports and destroys them.
  void clear();

  // Forgets them without doing so.
  void Abandon();

 private:
  struct Left {
    std::unique_ptr<Entry> entry;
    RemovalCause cause;
  };

  std::vector<Left> entries_;
  std::vector<std::shared_ptr<const void>> values_;
};

inline void DiscardedEntries::clear() {
  // What a listener does can discard more.
  const std::vector<Left> entries = std::exchange(entries_, {});
  for (const Left& left : entries) {
    const Entry& entry = *left.entry;
    if (entry.type == nullptr || entry.is_error || !entry.type->options().on_removed) continue;
    try {
      entry.type->options().on_removed(entry.key, entry.value, left.cause);
    } catch (...) {
      ++entry.type->failures();
    }
  }
  const std::vector<std::shared_ptr<const void>> values = std::exchange(values_, {});
}

inline void DiscardedEntries::Abandon() {
  static_cast<void>(new auto(std::exchange(entries_, {})));
  static_cast<void>(new auto(std::exchange(values_, {})));
}

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_DISCARDED_ENTRIES_H_
