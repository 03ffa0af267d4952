#include "client/internal/cache/cache_shard.h"

#include <algorithm>
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

CacheShard::CacheShard() : departures_(kMaxDepartures) {}

Entry& CacheShard::Insert(std::unique_ptr<Entry> owned, const EntryNames& names, uint64_t time,
                          DiscardedEntries& discarded) {
  Entry& entry = *owned;
  if (Entry* const replaced = Find(entry.key, entry.hash)) Remove(*replaced, time, discarded);
  names_.Link(entry, names);
  order_.Add(entry);
  weight_ += entry.weight;
  entries_.insert(std::move(owned));
  return entry;
}

void CacheShard::Remove(Entry& entry, uint64_t time, DiscardedEntries& discarded) {
  departures_.Record(entry.hash, time);
  Detach(entry, discarded);
}

void CacheShard::Detach(Entry& entry, DiscardedEntries& discarded) {
  names_.Unlink(entry);
  order_.Remove(entry);
  weight_ -= entry.weight;
  const auto found = entries_.find(absl::string_view(entry.key), entry.hash);
  discarded.push_back(std::move(entries_.extract(found).value()));
}

CacheShard::Applied CacheShard::Apply(const Change& change, uint64_t time,
                                      DiscardedEntries& discarded) {
  Applied applied;
  if (change.evicts_everything) {
    applied.evicted = entries_.size();
    Clear(time, discarded);
    return applied;
  }
  if (change.marks_everything) {
    for (Entry* entry = order_.newest(); entry != nullptr; entry = entry->older) Select(*entry);
    Hit(false, time, applied, discarded);
  }
  for (const Change::Name& tag : change.tags) {
    names_.ForEachUnderTag(tag.name, [this](Entry& entry) { Select(entry); });
    Hit(tag.evicts, time, applied, discarded);
  }
  for (const Change::Name& key : change.keys) {
    if (Entry* const entry = Find(key.name, KeyHash(key.name))) Select(*entry);
    names_.ForEachOfKey(key.name, [this](Entry& entry) { Select(entry); });
    Hit(key.evicts, time, applied, discarded);
  }
  for (const Change::KeyPattern& pattern : change.patterns) {
    SelectMatching(pattern.pattern);
    Hit(pattern.evicts, time, applied, discarded);
  }
  return applied;
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

void CacheShard::Hit(bool evicts, uint64_t time, Applied& applied, DiscardedEntries& discarded) {
  for (Entry* const entry : selected_) {
    entry->selected = false;
    if (evicts) {
      ++applied.evicted;
      Remove(*entry, time, discarded);
    } else if (!entry->marked) {
      ++applied.marked;
      entry->marked = true;
    }
  }
  selected_.clear();
}

void CacheShard::Clear(uint64_t time, DiscardedEntries& discarded) {
  departures_.RecordAll(time);
  while (Entry* const entry = order_.newest()) Detach(*entry, discarded);
}

bool CacheShard::EvictOne(int64_t now, const Entry* spared, uint64_t time,
                          DiscardedEntries& discarded) {
  Entry* const entry = order_.Next(now, spared);
  if (entry == nullptr) return false;
  Remove(*entry, time, discarded);
  return true;
}

}  // namespace cache_invalidation::client::internal
