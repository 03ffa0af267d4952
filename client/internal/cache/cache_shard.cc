// SPDX-License-Identifier: Apache-2.0

#include "client/internal/cache/cache_shard.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace cache_invalidation::client::internal {
namespace {

// Limit of remembered departures per shard. During a load of a second fewer entries leave, unless
// the cache is far too small.
constexpr size_t kMaxDepartures = 1'024;

}  // namespace

void EvictionOrder::Add(Entry& entry) {
  entry.older = newest_;
  entry.newer = nullptr;
  (newest_ != nullptr ? newest_->newer : oldest_) = &entry;
  newest_ = &entry;
}

void EvictionOrder::Remove(Entry& entry) {
  if (hand_ == &entry) hand_ = entry.newer;
  (entry.newer != nullptr ? entry.newer->older : newest_) = entry.older;
  (entry.older != nullptr ? entry.older->newer : oldest_) = entry.newer;
  entry.newer = entry.older = nullptr;
}

Entry* EvictionOrder::Next(int64_t now, const Entry* spared) {
  if (oldest_ == nullptr || (oldest_ == spared && newest_ == spared)) return nullptr;
  while (true) {
    if (hand_ == nullptr) hand_ = oldest_;
    Entry& entry = *hand_;
    if (&entry != spared && (!entry.visited || entry.IsExpired(now))) return &entry;
    entry.visited = false;
    hand_ = entry.newer;
  }
}

void Departures::Record(size_t key_hash, uint64_t time) {
  if (time == 0) return;  // before the first load, so no load can ask
  uint64_t& last = last_[key_hash];
  if (last == time) return;
  last = time;
  order_.emplace_back(key_hash, time);
  if (order_.size() <= limit_) return;
  const auto [oldest, oldest_time] = order_.front();
  order_.pop_front();
  known_from_ = std::max(known_from_, oldest_time + 1);
  const auto found = last_.find(oldest);
  if (found != last_.end() && found->second == oldest_time) last_.erase(found);
}

void Departures::RecordAll(uint64_t time) {
  known_from_ = std::max(known_from_, time + 1);
  order_.clear();
  last_.clear();
}

bool Departures::HasDeparted(size_t key_hash, uint64_t time) const {
  if (time < known_from_) return true;
  const auto found = last_.find(key_hash);
  return found != last_.end() && found->second >= time;
}

CacheShard::CacheShard(int64_t stale_for) : stale_for_(stale_for), departures_(kMaxDepartures) {}

Entry& CacheShard::Insert(std::unique_ptr<Entry> owned, const EntryNames& names,
                          const Removal& removal, DiscardedEntries& discarded) {
  Entry& entry = *owned;
  if (Entry* const replaced = Find(entry.key, entry.hash)) Remove(*replaced, removal, discarded);
  // A load that has read the stale value must not take over the names of the new one.
  if (stale_.Remove(entry.key, discarded)) departures_.Record(entry.hash, removal.time);
  names_.Link(entry, names);
  order_.Add(entry);
  weight_ += entry.weight;
  if (entry.counters != nullptr) ++entry.counters->entries;
  entries_.insert(std::move(owned));
  return entry;
}

void CacheShard::AddKeysTo(std::vector<std::string>& keys) const {
  for (const std::unique_ptr<Entry>& entry : entries_) keys.push_back(entry->key);
  stale_.AddKeysTo(keys);
  names_.AddKeysTo(keys);
}

void CacheShard::Remove(Entry& entry, const Removal& removal, DiscardedEntries& discarded) {
  departures_.Record(entry.hash, removal.time);
  Detach(entry, removal, discarded);
}

void CacheShard::Detach(Entry& entry, const Removal& removal, DiscardedEntries& discarded) {
  names_.Unlink(entry);
  order_.Remove(entry);
  weight_ -= entry.weight;
  RemovalCause cause = removal.cause;
  if (entry.counters != nullptr) {
    --entry.counters->entries;
    if (cause == RemovalCause::kEvicted) ++entry.counters->evictions;
    if (cause == RemovalCause::kInvalidated || cause == RemovalCause::kClosed) {
      ++entry.counters->invalidated;
    }
  }
  if (removal.stale_since != Removal::kNotStale) KeepAsStale(entry, removal);
  const bool makes_room = cause == RemovalCause::kReplaced || cause == RemovalCause::kEvicted;
  if (makes_room && entry.IsExpired(removal.now)) cause = RemovalCause::kExpired;
  const auto found = entries_.find(absl::string_view(entry.key), entry.hash);
  discarded.Add(std::move(entries_.extract(found).value()), cause);
}

void CacheShard::KeepAsStale(const Entry& entry, const Removal& removal) {
  if (entry.is_error || entry.provisional) return;
  const int64_t until = std::min(removal.stale_since, entry.expires) + stale_for_;
  if (until <= removal.now) return;
  stale_.Add({.key = entry.key,
              .hash = entry.hash,
              .value = entry.value,
              .type = entry.type,
              .until = until,
              .weight = entry.weight});
}

bool CacheShard::Apply(const Change& change, const Removal& removal, DiscardedEntries& discarded) {
  bool evicted = false;
  if (stale_.size() > 0) {
    const size_t before = stale_.size();
    RemoveEnded(removal, discarded);
    if (change.drops_stale) DropStale(change, removal, discarded);
    evicted = stale_.size() != before;
  }
  if (change.evicts_everything) {
    Clear(removal, discarded);
    return true;
  }
  if (change.marks_everything) {
    for (Entry* entry = order_.newest(); entry != nullptr; entry = entry->older) Select(*entry);
    Hit(false, removal, discarded);
  }
  for (const Change::Name& tag : change.tags) {
    names_.ForEachUnderTag(tag.name, [this](Entry& entry) { Select(entry); });
    evicted |= Hit(tag.evicts, removal, discarded);
  }
  for (const Change::Name& key : change.keys) {
    if (Entry* const entry = Find(key.name, KeyHash(key.name))) Select(*entry);
    names_.ForEachOfKey(key.name, [this](Entry& entry) { Select(entry); });
    evicted |= Hit(key.evicts, removal, discarded);
  }
  for (const Change::KeyPattern& pattern : change.patterns) {
    SelectMatching(pattern.pattern);
    evicted |= Hit(pattern.evicts, removal, discarded);
  }
  return evicted;
}

void CacheShard::DropStale(const Change& change, const Removal& removal,
                           DiscardedEntries& discarded) {
  for (const Change::Name& key : change.keys) {
    if (stale_.Remove(key.name, discarded)) departures_.Record(KeyHash(key.name), removal.time);
  }
  if (!change.evicts_everything && change.patterns.empty()) return;
  const auto matches = [&](absl::string_view key) {
    return change.evicts_everything ||
           std::any_of(change.patterns.begin(), change.patterns.end(),
                       [&](const Change::KeyPattern& each) { return each.pattern.Matches(key); });
  };
  RecordDepartures(stale_.RemoveIf(matches, discarded), removal.time);
}

void CacheShard::RecordDepartures(const std::vector<size_t>& key_hashes, uint64_t time) {
  for (const size_t hash : key_hashes) departures_.Record(hash, time);
}

void CacheShard::RemoveEnded(const Removal& removal, DiscardedEntries& discarded) {
  RecordDepartures(stale_.RemoveEnded(removal.now, discarded), removal.time);
}

void CacheShard::Select(Entry& entry) {
  if (entry.selected) return;
  entry.selected = true;
  selected_.push_back(&entry);
}

void CacheShard::SelectMatching(const Pattern& pattern) {
  for (Entry* entry = order_.newest(); entry != nullptr; entry = entry->older) {
    if (pattern.Matches(entry->key)) Select(*entry);
  }
  names_.ForEachOfKeys([&](absl::string_view key) { return pattern.Matches(key); },
                       [this](Entry& entry) { Select(entry); });
}

bool CacheShard::Hit(bool evicts, const Removal& removal, DiscardedEntries& discarded) {
  const bool evicted = evicts && !selected_.empty();
  for (Entry* const entry : selected_) {
    entry->selected = false;
    if (evicts) {
      Remove(*entry, removal, discarded);
    } else if (!entry->marked) {
      entry->marked = true;
      if (entry->counters != nullptr) ++entry->counters->invalidated;
    }
  }
  selected_.clear();
  return evicted;
}

void CacheShard::Clear(const Removal& removal, DiscardedEntries& discarded) {
  departures_.RecordAll(removal.time);
  while (Entry* const entry = order_.newest()) Detach(*entry, removal, discarded);
}

bool CacheShard::EvictOne(const Entry* spared, const Removal& removal,
                          DiscardedEntries& discarded) {
  if (const std::optional<size_t> oldest = stale_.RemoveOldest(discarded)) {
    departures_.Record(*oldest, removal.time);
    return true;
  }
  Entry* const entry = order_.Next(removal.now, spared);
  if (entry == nullptr) return false;
  Remove(*entry, removal, discarded);
  return true;
}

}  // namespace cache_invalidation::client::internal
