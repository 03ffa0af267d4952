#include "client/internal/cache/cache_core.h"

#include <algorithm>
#include <utility>

#include "common/check.h"
#include "common/names.h"

namespace cache_invalidation::client::internal {
namespace {

// An entry with more names is cheaper to load than to keep: each name is a link, and is looked up
// when the value is filled.
constexpr size_t kMaxNamesPerEntry = 4'096;

// The maximum total weight. It leaves room for one more entry per thread that fills at the same
// time, so no sum of weights overflows.
constexpr uint64_t kMaxWeight = uint64_t{1} << 56;

// Limit of keys per shard whose consecutive refusals are counted. Beyond it counting restarts.
constexpr size_t kMaxCountedRefusals = 1'024;

// What each shard counts, under its own lock.
constexpr uint64_t CacheStatistics::*kCountedPerShard[] = {
    &CacheStatistics::hits,          &CacheStatistics::misses,       &CacheStatistics::stale_hits,
    &CacheStatistics::loads,         &CacheStatistics::failed_loads, &CacheStatistics::shared_loads,
    &CacheStatistics::refused_fills, &CacheStatistics::unkept_fills, &CacheStatistics::evictions,
    &CacheStatistics::invalidated,
};

int ShiftFor(size_t shards) {
  Check(shards > 1 && (shards & (shards - 1)) == 0, "the number of shards is a power of two");
  int shift = 64;
  for (; shards > 1; shards /= 2) --shift;
  return shift;
}

CacheCoreOptions WithBoundedWeight(CacheCoreOptions options) {
  options.max_weight = std::min(options.max_weight, kMaxWeight);
  return options;
}

bool AreWellFormed(const EntryNames& names) {
  return std::all_of(names.tags.begin(), names.tags.end(),
                     [](const std::string& tag) { return CheckTag(tag).ok(); }) &&
         std::all_of(names.keys.begin(), names.keys.end(),
                     [](const std::string& key) { return CheckKey(key).ok(); });
}

}  // namespace

CacheCore::CacheCore(CacheCoreOptions options, absl::Duration now)
    : options_(WithBoundedWeight(std::move(options))),
      shift_(ShiftFor(options_.shards)),
      fence_(now),
      history_(options_.remembered_names) {
  for (size_t i = 0; i < options_.shards; ++i) shards_.push_back(std::make_unique<Shard>());
}

bool CacheCore::IsUsable(const Entry& entry, TypeToken type, bool is_open, int64_t now,
                         const ReadOptions& options) {
  return entry.type == type && !entry.IsExpired(now) && (is_open || options.while_fenced) &&
         (!entry.marked || options.while_revalidating);
}

Found CacheCore::Find(absl::string_view key, TypeToken type, bool is_open, absl::Duration now,
                      const ReadOptions& options) {
  const size_t hash = KeyHash(key);
  Shard& shard = ShardOf(hash);
  MutexLock lock(shard.mutex);
  Entry* const entry = shard.entries.Find(key, hash);
  if (entry == nullptr || !IsUsable(*entry, type, is_open, Nanoseconds(now), options)) {
    ++shard.counters.misses;
    return {};
  }
  return Take(shard, *entry, is_open);
}

Found CacheCore::Take(Shard& shard, Entry& entry, bool is_open) {
  if (!entry.visited) {
    entry.visited = true;  // no write if it is set, which keeps the cache line shared
  }
  const bool is_stale = entry.marked || entry.provisional || !is_open;
  ++shard.counters.hits;
  if (is_stale) ++shard.counters.stale_hits;
  return {.value = entry.value, .is_stale = is_stale};
}

CacheCore::Attempt CacheCore::BeginLoad(absl::string_view key, TypeToken type, bool is_open,
                                        absl::Duration now, const ReadOptions& options) {
  const size_t hash = KeyHash(key);
  Shard& shard = ShardOf(hash);
  MutexLock lock(shard.mutex);
  Attempt attempt;
  const auto running = shard.flights.find(key);
  attempt.leads = running == shard.flights.end();
  Entry* const entry = shard.entries.Find(key, hash);
  if (entry != nullptr && IsUsable(*entry, type, is_open, Nanoseconds(now), options)) {
    const bool waits = entry->marked && attempt.leads && !options_.loads_in_background;
    if (!waits) {
      attempt.found = Take(shard, *entry, is_open);
      --shard.counters.misses;  // undo the miss that Find counted
    }
    attempt.leads &= entry->marked;
    if (!attempt.leads) return attempt;
  }
  MutexLock history_lock(history_mutex_);
  attempt.arrival = {.moment = history_.now(), .loads = load_number_.load(), .is_open = is_open};
  if (!attempt.leads) {
    attempt.flight = running->second;
    return attempt;
  }
  attempt.flight = std::make_shared<Flight>(
      std::string(key), type,
      LoadStart{
          .moment = history_.now(), .position = history_.position(), .number = ++load_number_});
  if (attempt.found.value == nullptr) attempt.flight->Claim();
  shard.flights.emplace(attempt.flight->key(), attempt.flight);
  return attempt;
}

Resolution CacheCore::Resolve(const Flight& flight, const std::vector<std::string>& tags,
                              const DependencyNames& depends_on, absl::Duration now) {
  Resolution resolution;
  resolution.names.tags = tags;
  std::vector<std::string> keys = depends_on.keys;
  for (const std::string& name : depends_on.names) {
    resolution.names.tags.push_back(name);
    keys.push_back(name);
  }
  for (const std::string& tag : depends_on.tags) resolution.names.tags.push_back(tag);
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  for (const std::string& key : keys) TakeOver(key, flight, Nanoseconds(now), resolution);
  std::vector<std::string>& all_keys = resolution.names.keys;
  all_keys.erase(std::remove(all_keys.begin(), all_keys.end(), flight.key()), all_keys.end());
  resolution.names.Canonicalize();
  return resolution;
}

void CacheCore::TakeOver(const std::string& key, const Flight& flight, int64_t now,
                         Resolution& resolution) {
  const size_t hash = KeyHash(key);
  if (key == flight.key()) return;
  resolution.names.keys.push_back(key);
  Shard& shard = ShardOf(hash);
  MutexLock lock(shard.mutex);
  const Entry* const entry = shard.entries.Find(key, hash);
  if (entry == nullptr) {
    resolution.unknown_keys.push_back(key);
    resolution.needs_service = true;
  }
  // The load may have read another value than the one that is cached now.
  if (shard.entries.departures().HasDeparted(hash, flight.start().number) ||
      (entry != nullptr && (entry->marked || entry->provisional || entry->IsExpired(now)))) {
    resolution.names_known = false;
  }
  if (entry == nullptr) return;
  const EntryNames names = NameIndex::NamesOf(*entry);
  EntryNames& all = resolution.names;
  all.tags.insert(all.tags.end(), names.tags.begin(), names.tags.end());
  all.keys.insert(all.keys.end(), names.keys.begin(), names.keys.end());
  resolution.needs_service |= entry->needs_service;
  if (entry->expires != Entry::kNeverExpires) {
    resolution.expires = std::min(resolution.expires, absl::Nanoseconds(entry->expires));
  }
}

FillResult CacheCore::EndLoad(Flight& flight, absl::StatusOr<Fill> fill, absl::Duration now) {
  Shard& shard = ShardOf(flight.hash());
  DiscardedEntries discarded;
  UntypedValue value = fill.ok() ? UntypedValue(fill->value) : fill.status();
  // It is unknown what touches it. Invalidations that a filter holds back leave no trace.
  uint64_t first_touch = options_.filter.passes_everything() ? flight.start().moment.step + 1 : 0;
  FillResult result = FillResult::kFailed;
  {
    MutexLock lock(shard.mutex);
    shard.flights.erase(flight.key());
    ++shard.counters.loads;
    if (fill.ok()) {
      result = Judge(shard, flight, *fill, first_touch);
    } else {
      ++shard.counters.failed_loads;
    }
    if (result == FillResult::kKept || result == FillResult::kKeptProvisionally) {
      Insert(shard, flight, *std::move(fill), result == FillResult::kKeptProvisionally, now,
             discarded);
    } else {
      shard.entries.RecordDeparture(flight.hash(), load_number_.load());
    }
  }
  flight.Complete(std::move(value), first_touch);
  if (IsOverfull()) MakeRoomElsewhere(flight.hash(), Nanoseconds(now));
  return result;
}

FillResult CacheCore::Judge(Shard& shard, const Flight& flight, const Fill& fill,
                            uint64_t& first_touch) {
  const bool passes = options_.filter.Passes(flight.key(), fill.names);
  if (fill.names_known && passes) {
    MutexLock lock(history_mutex_);
    first_touch = history_.FirstTouch(flight.start().moment, flight.key(), fill.names);
  }
  if (!passes || !fill.is_wanted || fill.weight > options_.max_weight ||
      fill.names.tags.size() + fill.names.keys.size() > kMaxNamesPerEntry ||
      !CheckKey(flight.key()).ok() || !AreWellFormed(fill.names)) {
    ++shard.counters.unkept_fills;
    return FillResult::kUnkept;
  }
  if (first_touch == RecentInvalidations::kNever) {
    shard.refusals.erase(flight.hash());
    return FillResult::kKept;
  }
  ++shard.counters.refused_fills;
  // A value with unknown names could never be evicted.
  if (fill.names_known && MayKeepRefused(shard, flight.hash())) {
    return FillResult::kKeptProvisionally;
  }
  return FillResult::kRefused;
}

bool CacheCore::MayKeepRefused(Shard& shard, size_t hash) {
  if (options_.keep_refused_for <= absl::ZeroDuration()) return false;
  if (shard.refusals.size() >= kMaxCountedRefusals) shard.refusals.clear();
  return ++shard.refusals[hash] >= options_.refusals_before_keep;
}

void CacheCore::Insert(Shard& shard, const Flight& flight, Fill fill, bool provisional,
                       absl::Duration now, DiscardedEntries& discarded) {
  auto entry = std::make_unique<Entry>();
  entry->key = flight.key();
  entry->hash = flight.hash();
  entry->value = std::move(fill.value);
  entry->type = flight.type();
  entry->weight = fill.weight;
  entry->needs_service = fill.needs_service;
  entry->provisional = provisional;
  if (provisional) fill.expires = std::min(fill.expires, now + options_.keep_refused_for);
  entry->expires = Nanoseconds(fill.expires);
  const Entry& inserted =
      shard.entries.Insert(std::move(entry), fill.names, load_number_.load(), discarded);
  Settle(shard);
  MakeRoom(shard, &inserted, Nanoseconds(now), discarded);
}

void CacheCore::CountSharedLoad(const Flight& flight) {
  Shard& shard = ShardOf(flight.hash());
  MutexLock lock(shard.mutex);
  ++shard.counters.shared_loads;
}

void CacheCore::Settle(Shard& shard) {
  entries_ += shard.entries.size() - shard.settled_entries;
  weight_ += shard.entries.weight() - shard.settled_weight;
  shard.settled_entries = shard.entries.size();
  shard.settled_weight = shard.entries.weight();
}

bool CacheCore::IsOverfull() const {
  return entries_.load() > options_.max_entries || weight_.load() > options_.max_weight;
}

void CacheCore::MakeRoom(Shard& shard, const Entry* spared, int64_t now,
                         DiscardedEntries& discarded) {
  while (IsOverfull() && shard.entries.EvictOne(now, spared, load_number_.load(), discarded)) {
    ++shard.counters.evictions;
    Settle(shard);
  }
}

// The shard of the key comes last, because it has the new entry.
void CacheCore::MakeRoomElsewhere(size_t hash, int64_t now) {
  const size_t own = hash >> shift_;
  for (size_t i = 1; i <= shards_.size() && IsOverfull(); ++i) {
    DiscardedEntries discarded;
    Shard& shard = *shards_[(own + i) % shards_.size()];
    MutexLock lock(shard.mutex);
    MakeRoom(shard, nullptr, now, discarded);
  }
}

void CacheCore::Apply(const Change& change, uint64_t revision, absl::Duration now,
                      DiscardedEntries& discarded) {
  const uint64_t step = BeginChange(change);
  for (size_t i = 0; i < shards_.size(); ++i) ApplyTo(i, change, discarded);
  EndChange(step, revision, now);
}

uint64_t CacheCore::BeginChange(const Change& change) {
  MutexLock lock(history_mutex_);
  return history_.Begin(change);
}

void CacheCore::ApplyTo(size_t index, const Change& change, DiscardedEntries& discarded) {
  Shard& shard = *shards_[index];
  MutexLock lock(shard.mutex);
  const CacheShard::Applied applied = shard.entries.Apply(change, load_number_.load(), discarded);
  shard.counters.invalidated += applied.evicted + applied.marked;
  if (applied.evicted > 0) Settle(shard);  // most events hit nothing in most shards
}

void CacheCore::EndChange(uint64_t step, uint64_t revision, absl::Duration now) {
  MutexLock lock(history_mutex_);
  history_.End(step);
  if (revision == 0) return;
  ++events_;
  history_.Pass(revision);
  fence_.Renew(history_.position().revision, offered_lease_end_, now);
}

void CacheCore::Reset(const Position& position, DiscardedEntries& discarded) {
  Close(discarded);
  EndReset(position);
}

void CacheCore::Close(DiscardedEntries& discarded) {
  BeginReset();
  for (size_t i = 0; i < shards_.size(); ++i) ClearShard(i, discarded);
}

void CacheCore::BeginReset() {
  MutexLock lock(history_mutex_);
  history_.BeginReset();
}

void CacheCore::ClearShard(size_t index, DiscardedEntries& discarded) {
  Shard& shard = *shards_[index];
  MutexLock lock(shard.mutex);
  shard.counters.invalidated += shard.entries.size();
  shard.entries.Clear(load_number_.load(), discarded);
  Settle(shard);
}

void CacheCore::EndReset(const Position& position) {
  MutexLock lock(history_mutex_);
  // A new history arrives twice: with the start of the stream, and with its reset.
  const bool is_news = position != history_.position();
  if (is_news && !history_.position().epoch.empty()) ++resets_;
  history_.EndReset(position);
}

bool CacheCore::Start(const Position& head, uint64_t start_after) {
  MutexLock lock(history_mutex_);
  fence_.Require(head.revision);
  return history_.position().epoch == head.epoch && start_after <= history_.position().revision;
}

void CacheCore::Progress(const Position& position, absl::Duration lease_end, absl::Duration now) {
  MutexLock lock(history_mutex_);
  if (position.epoch != history_.position().epoch) return;
  history_.Pass(position.revision);
  offered_lease_end_ = std::max(offered_lease_end_, lease_end);
  fence_.Renew(history_.position().revision, offered_lease_end_, now);
}

bool CacheCore::IsOfHistory(const std::string& epoch) const {
  MutexLock lock(history_mutex_);
  return epoch == history_.position().epoch;
}

bool CacheCore::IsNew(const Position& position) const {
  MutexLock lock(history_mutex_);
  return position.epoch == history_.position().epoch &&
         position.revision > history_.position().revision;
}

bool CacheCore::HasApplied(const Position& position) const {
  MutexLock lock(history_mutex_);
  return position.epoch == history_.position().epoch &&
         position.revision <= history_.position().revision;
}

CacheStatistics CacheCore::Statistics(absl::Duration now) const {
  CacheStatistics all;
  for (const std::unique_ptr<Shard>& owned : shards_) {
    const Shard& shard = *owned;
    MutexLock lock(shard.mutex);
    for (const auto counter : kCountedPerShard) all.*counter += shard.counters.*counter;
    all.entries += shard.entries.size();
    all.weight += shard.entries.weight();
  }
  MutexLock lock(history_mutex_);
  all.events = events_;
  all.resets = resets_;
  all.fenced_time = fence_.FencedFor(now);
  all.is_live = fence_.IsOpen(now);
  all.position = history_.position();
  return all;
}

}  // namespace cache_invalidation::client::internal
