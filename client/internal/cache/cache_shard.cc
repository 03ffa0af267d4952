#include "client/internal/cache/cache_shard.h"

#include <utility>

namespace cache_invalidation::client::internal {
namespace {

// Limit of remembered departures per shard. During a load of a second fewer entries leave, unless
// the cache is far too small.
constexpr size_t kMaxDepartures = 1'024;

}  // namespace

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
