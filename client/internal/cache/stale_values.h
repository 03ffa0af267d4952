// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_STALE_VALUES_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_STALE_VALUES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "client/internal/cache/discarded_entries.h"
#include "client/internal/cache/value_type.h"

namespace cache_invalidation::client::internal {

// A value whose entry was evicted, kept for callers that accept it.
struct StaleValue {
  std::string key = {};
  size_t hash = 0;
  std::shared_ptr<const void> value = {};
  ValueType* type = nullptr;
  int64_t until = 0;  // nanoseconds of Clock::Monotonic; it may be returned before then
  uint64_t weight = 1;
};

// The stale values of one shard. They are apart from the entries, so that no look-up finds them
// that does not look here.
//
// Values that leave go to `discarded`; each method that removes some returns the hashes of their
// keys, or whether it removed one. Thread-compatible.
class StaleValues {
 public:
  // REQUIRES: there is none of that key.
  void Add(StaleValue value);

  // Returns null if there is none. It may have ended.
  const StaleValue* Find(absl::string_view key) const;

  void AddKeysTo(std::vector<std::string>& keys) const;

  bool Remove(absl::string_view key, DiscardedEntries& discarded);
  std::vector<size_t> RemoveIf(absl::FunctionRef<bool(absl::string_view key)> matches,
                               DiscardedEntries& discarded);
  // The one that ends first.
  std::optional<size_t> RemoveOldest(DiscardedEntries& discarded);
  std::vector<size_t> RemoveEnded(int64_t now, DiscardedEntries& discarded);

  size_t size() const { return order_.size(); }
  // Without those that have ended. Linear in these.
  size_t SizeAt(int64_t now) const;
  uint64_t weight() const { return weight_; }

 private:
  using Order = std::multimap<int64_t, StaleValue>;

  void Remove(Order::iterator place, DiscardedEntries& discarded);

  Order order_;  // by their end, which is not the order of their addition
  absl::flat_hash_map<absl::string_view, Order::iterator> places_;
  uint64_t weight_ = 0;
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_STALE_VALUES_H_
