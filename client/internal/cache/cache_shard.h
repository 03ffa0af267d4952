// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_CACHE_SHARD_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_CACHE_SHARD_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "client/internal/cache/change.h"
#include "client/internal/cache/discarded_entries.h"
#include "client/internal/cache/entry.h"
#include "client/internal/cache/name_index.h"
#include "client/internal/cache/stale_values.h"

namespace cache_invalidation::client::internal {

// Chooses the entry to evict, by the SIEVE policy. Entries are in the order of their insertion, and
// a hand moves from the oldest to the newest. It skips an entry once if the entry was visited since
// the hand last passed. A hit costs one store, and a scan over keys that are read once does not
// displace the entries in use.
//
// Thread-compatible. Does not own the entries.
class EvictionOrder {
 public:
  void Add(Entry& entry);
  void Remove(Entry& entry);

  // Returns the next entry to evict, never `spared`, null if there is no other. The hand does not
  // skip an expired entry. The entry stays in the order until it is removed.
  Entry* Next(int64_t now, const Entry* spared);

  // The newest entry. Its `older` links lead to all others.
  Entry* newest() const { return newest_; }

 private:
  Entry* newest_ = nullptr;
  Entry* oldest_ = nullptr;
  Entry* hand_ = nullptr;  // null: at the oldest
};

// Remembers which keys had a value, cached or only returned to a caller, that is not the cached one
// any more.
//
// A value computed from a cached key takes over the names of that key's entry. If the value it was
// computed from is not the one that is cached when the load ends, these are the wrong names, and
// the right ones are unknown. Time is the number of the last load that began, which answers "since
// this load began". Bounded: forgotten keys count as departed.
//
// Thread-compatible.
class Departures {
 public:
  explicit Departures(size_t limit) : limit_(limit) {}

  // REQUIRES: `time` does not decrease.
  void Record(size_t key_hash, uint64_t time);

  // Records every key.
  void RecordAll(uint64_t time);

  // Whether the key departed at or after `time`.
  bool HasDeparted(size_t key_hash, uint64_t time) const;

 private:
  const size_t limit_;
  uint64_t known_from_ = 0;
  std::deque<std::pair<size_t, uint64_t>> order_;
  absl::flat_hash_map<size_t, uint64_t> last_;
};

// How entries leave a shard.
struct Removal {
  static constexpr int64_t kNotStale = std::numeric_limits<int64_t>::min();

  RemovalCause cause = RemovalCause::kInvalidated;
  // The number of the last load that began (Departures).
  uint64_t time = 0;
  // Nanoseconds of Clock::Monotonic.
  int64_t now = 0;
  // Since when the values count as stale; kNotStale: they are not kept as stale.
  int64_t stale_since = kNotStale;
};

// The entries of one shard of the keys, indexed by key and by the names that invalidate them, and
// the values that are kept as stale. A key has one or the other.
//
// Whatever leaves is counted, its departure is noted, and it goes to `discarded`.
//
// Thread-compatible.
class CacheShard {
 public:
  // `stale_for`: how long values are kept as stale, in nanoseconds.
  explicit CacheShard(int64_t stale_for = 0);

  // Returns the entry, null if there is none. `hash` is KeyHash(key).
  Entry* Find(absl::string_view key, size_t hash) const {
    const auto found = entries_.find(key, hash);
    return found == entries_.end() ? nullptr : found->get();
  }

  // Returns the value that is kept as stale, null if there is none. It may have ended.
  const StaleValue* FindStale(absl::string_view key) const { return stale_.Find(key); }
  const StaleValues& stale() const { return stale_; }

  // Replaces what there is of the same key. REQUIRES: the names are canonical.
  Entry& Insert(std::unique_ptr<Entry> owned, const EntryNames& names, const Removal& removal,
                DiscardedEntries& discarded);

  // Returns whether anything was evicted or dropped.
  bool Apply(const Change& change, const Removal& removal, DiscardedEntries& discarded);

  // Drops all entries.
  void Clear(const Removal& removal, DiscardedEntries& discarded);

  // Drops the stale value that ends first, or else the next entry of the eviction order other than
  // `spared`. Returns whether there was one.
  bool EvictOne(const Entry* spared, const Removal& removal, DiscardedEntries& discarded);

  // Drops stale values that have ended.
  void RemoveEnded(const Removal& removal, DiscardedEntries& discarded);

  // The newest entry. Its `older` links lead to all others.
  Entry* newest() const { return order_.newest(); }

  // Adds the keys of the entries and of the stale values, and those that entries were computed
  // from, some possibly several times.
  void AddKeysTo(std::vector<std::string>& keys) const;

  const Departures& departures() const { return departures_; }
  // Notes a value that is returned to a caller and not kept.
  void RecordDeparture(size_t key_hash, uint64_t time) { departures_.Record(key_hash, time); }

  // Of the entries and the stale values.
  size_t size() const { return entries_.size() + stale_.size(); }
  uint64_t weight() const { return weight_ + stale_.weight(); }

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(absl::string_view key) const { return KeyHash(key); }
    size_t operator()(const std::unique_ptr<Entry>& entry) const { return entry->hash; }
  };
  struct Equal {
    using is_transparent = void;
    static absl::string_view Key(absl::string_view key) { return key; }
    static absl::string_view Key(const std::unique_ptr<Entry>& entry) { return entry->key; }
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return Key(a) == Key(b);
    }
  };

  void Remove(Entry& entry, const Removal& removal, DiscardedEntries& discarded);
  // As Remove, without noting the departure.
  void Detach(Entry& entry, const Removal& removal, DiscardedEntries& discarded);
  void KeepAsStale(const Entry& entry, const Removal& removal);
  void DropStale(const Change& change, const Removal& removal, DiscardedEntries& discarded);
  void RecordDepartures(const std::vector<size_t>& key_hashes, uint64_t time);
  // Adds the entries that the target hits to `selected_`, each once.
  void Select(Entry& entry);
  void SelectMatching(const Pattern& pattern);
  // Evicts or marks the entries of `selected_`, and clears it. Returns whether any was evicted.
  bool Hit(bool evicts, const Removal& removal, DiscardedEntries& discarded);

  const int64_t stale_for_;
  absl::flat_hash_set<std::unique_ptr<Entry>, Hash, Equal> entries_;
  NameIndex names_;
  EvictionOrder order_;
  Departures departures_;
  StaleValues stale_;
  uint64_t weight_ = 0;  // of the entries
  std::vector<Entry*> selected_;
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_CACHE_SHARD_H_
