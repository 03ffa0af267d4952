// SPDX-License-Identifier: Apache-2.0

// How a CacheCore loads: from the beginning of a load to the entry that it fills.

#include <algorithm>
#include <thread>
#include <utility>

#include "client/internal/cache/cache_core.h"
#include "common/names.h"

namespace cache_invalidation::client::internal {
namespace {

// An entry with more names is cheaper to load than to keep: each name is a link, and is looked up
// when the value is filled.
constexpr size_t kMaxNamesPerEntry = 4'096;

// Limit of keys per shard whose consecutive refusals are counted. Beyond it counting restarts.
constexpr size_t kMaxCountedRefusals = 1'024;

bool AreWellFormed(const EntryNames& names) {
  return std::all_of(names.tags.begin(), names.tags.end(),
                     [](const std::string& tag) { return CheckTag(tag).ok(); }) &&
         std::all_of(names.keys.begin(), names.keys.end(),
                     [](const std::string& key) { return CheckKey(key).ok(); });
}

}  // namespace

std::shared_ptr<Flight> CacheCore::AddFlight(Shard& shard, absl::string_view key, ValueType& type) {
  auto flight = std::make_shared<Flight>(
      std::string(key), type,
      LoadStart{
          .moment = history_.now(), .position = history_.position(), .number = ++load_number_});
  shard.flights.emplace(flight->key(), flight);
  return flight;
}

CacheCore::Attempt CacheCore::BeginLoad(absl::string_view key, ValueType& type, bool is_open,
                                        absl::Duration now, const ReadOptions& options,
                                        RunsOn runs_on) {
  const size_t hash = KeyHash(key);
  const int64_t at = Nanoseconds(now);
  const bool defers = options_.loads_in_background && runs_on != RunsOn::kThisThread;
  Shard& shard = ShardOf(hash);
  MutexLock lock(shard.mutex);
  Attempt attempt;
  const auto running = shard.flights.find(key);
  Entry* const entry = shard.entries.Find(key, hash);
  if (entry != nullptr && !entry->marked && IsUsable(*entry, type, is_open, at, options)) {
    attempt.found = Take(shard, *entry, is_open, at);
    --type.counters(shard.index).misses;  // undo the miss that Find counted
    return attempt;
  }
  attempt.leads = running == shard.flights.end();
  if (options.while_revalidating && (!attempt.leads || defers)) {
    attempt.found = StaleOf(shard, entry, key, type, is_open, at, options);
    if (attempt.found.value != nullptr) {
      TypeStatistics& counters = type.counters(shard.index);
      --counters.misses;
      ++counters.hits;
      ++counters.stale_hits;
      if (entry != nullptr) entry->visited = true;
      if (!attempt.leads) return attempt;
    }
  }
  MutexLock history_lock(history_mutex_);
  attempt.arrival = {.moment = history_.now(), .loads = load_number_.load(), .is_open = is_open};
  if (!attempt.leads) {
    attempt.flight = running->second;
    return attempt;
  }
  attempt.flight = AddFlight(shard, key, type);
  if (attempt.found.value == nullptr && runs_on != RunsOn::kExecutor) attempt.flight->Claim();
  return attempt;
}

std::shared_ptr<Flight> CacheCore::BeginRefresh(absl::string_view key, ValueType& type,
                                                absl::Duration now) {
  const size_t hash = KeyHash(key);
  const int64_t at = Nanoseconds(now);
  Shard& shard = ShardOf(hash);
  MutexLock lock(shard.mutex);
  Entry* const entry = shard.entries.Find(key, hash);
  if (entry == nullptr || entry->type != &type || entry->refresh_at > at) return nullptr;
  if (shard.flights.contains(key)) return nullptr;
  entry->refresh_at = at + std::max<int64_t>((entry->expires - at) / 2, 1);
  ++type.counters(shard.index).refreshes;
  MutexLock history_lock(history_mutex_);
  return AddFlight(shard, key, type);
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
    // The load may have read the stale value.
    if (shard.entries.FindStale(key) != nullptr) resolution.names_known = false;
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
  if (entry->expires != Entry::kNever) {
    resolution.expires = std::min(resolution.expires, absl::Nanoseconds(entry->expires));
  }
}

bool CacheCore::IsLoading(absl::string_view key) const {
  Shard& shard = ShardOf(KeyHash(key));
  MutexLock lock(shard.mutex);
  const auto running = shard.flights.find(key);
  return running != shard.flights.end() && running->second->thread() == std::this_thread::get_id();
}

FillResult CacheCore::EndLoad(Flight& flight, absl::StatusOr<Fill> fill, absl::Duration now,
                              DiscardedEntries& discarded, const LoadRun& run) {
  Shard& shard = ShardOf(flight.hash());
  const bool is_error = fill.ok() && fill->is_error;
  const absl::Status error =
      is_error ? *static_cast<const absl::Status*>(fill->value.get()) : fill.status();
  UntypedValue value = error.ok() ? UntypedValue(fill->value) : error;
  // It is unknown what touches it. Invalidations that a filter holds back leave no trace.
  uint64_t first_touch = options_.filter.passes_everything() ? flight.start().moment.step + 1 : 0;
  FillResult result = FillResult::kFailed;
  {
    MutexLock lock(shard.mutex);
    shard.flights.erase(flight.key());
    TypeStatistics& counters = flight.type().counters(shard.index);
    ++counters.loads;
    if (run.took.has_value()) counters.load_latency.Add(*run.took);
    if (!error.ok()) ++counters.failed_loads;
    if (fill.ok()) result = Judge(shard, flight, *fill, run.rests_on_stale, first_touch);
    if (result == FillResult::kKept || result == FillResult::kKeptProvisionally) {
      Insert(shard, flight, *std::move(fill), result == FillResult::kKeptProvisionally, now,
             discarded);
    } else {
      shard.entries.RecordDeparture(flight.hash(), load_number_.load());
    }
  }
  flight.Complete(std::move(value), first_touch, /*is_shareable=*/!run.rests_on_stale,
                  /*has_run=*/run.took.has_value());
  if (IsOverfull()) MakeRoomElsewhere(flight.hash(), now, discarded);
  return result;
}

FillResult CacheCore::Judge(Shard& shard, const Flight& flight, const Fill& fill,
                            bool rests_on_stale, uint64_t& first_touch) {
  TypeStatistics& counters = flight.type().counters(shard.index);
  if (fill.is_untagged) ++counters.untagged_fills;
  const bool passes = options_.filter.Passes(flight.key(), fill.names);
  if (fill.names_known && passes) {
    MutexLock lock(history_mutex_);
    first_touch = history_.FirstTouch(flight.start().moment, flight.key(), fill.names);
  }
  if (!passes || !fill.is_wanted || fill.weight > options_.max_weight ||
      fill.names.tags.size() + fill.names.keys.size() > kMaxNamesPerEntry ||
      !CheckKey(flight.key()).ok() || !AreWellFormed(fill.names)) {
    ++counters.unkept_fills;
    return FillResult::kUnkept;
  }
  if (first_touch == RecentInvalidations::kNever && !rests_on_stale) {
    shard.refusals.erase(flight.hash());
    return FillResult::kKept;
  }
  ++counters.refused_fills;
  // A value with unknown names could never be evicted, and an error cannot be flagged as stale.
  if (fill.names_known && !rests_on_stale && !fill.is_error &&
      MayKeepRefused(shard, flight.hash())) {
    return FillResult::kKeptProvisionally;
  }
  return FillResult::kRefused;
}

bool CacheCore::MayKeepRefused(Shard& shard, size_t hash) {
  if (options_.keep_refused_for <= absl::ZeroDuration() || has_ended_.load()) return false;
  if (shard.refusals.size() >= kMaxCountedRefusals) shard.refusals.clear();
  return ++shard.refusals[hash] >= options_.refusals_before_keep;
}

void CacheCore::Insert(Shard& shard, const Flight& flight, Fill fill, bool provisional,
                       absl::Duration now, DiscardedEntries& discarded) {
  auto entry = std::make_unique<Entry>();
  entry->key = flight.key();
  entry->hash = flight.hash();
  entry->value = std::move(fill.value);
  entry->type = &flight.type();
  entry->counters = &flight.type().counters(shard.index);
  entry->weight = fill.weight;
  entry->is_error = fill.is_error;
  entry->needs_service = fill.needs_service;
  entry->provisional = provisional;
  if (provisional) fill.expires = std::min(fill.expires, now + options_.keep_refused_for);
  entry->expires = Nanoseconds(fill.expires);
  const bool refreshes = options_.refresh_ahead > 0 && !provisional && !fill.is_error;
  if (refreshes && fill.expires != absl::InfiniteDuration()) {
    entry->refresh_at = Nanoseconds(now + (fill.expires - now) * options_.refresh_ahead);
  }
  const Removal removal = RemovalFor(RemovalCause::kReplaced, now, /*keeps_stale=*/false);
  shard.entries.RemoveEnded(removal, discarded);
  const Entry& inserted = shard.entries.Insert(std::move(entry), fill.names, removal, discarded);
  Settle(shard);
  MakeRoom(shard, &inserted, now, discarded);
}

void CacheCore::CountSharedLoad(const Flight& flight) {
  if (!flight.has_run()) return;
  Shard& shard = ShardOf(flight.hash());
  MutexLock lock(shard.mutex);
  ++flight.type().counters(shard.index).shared_loads;
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

void CacheCore::MakeRoom(Shard& shard, const Entry* spared, absl::Duration now,
                         DiscardedEntries& discarded) {
  while (IsOverfull()) {
    const Removal removal = RemovalFor(RemovalCause::kEvicted, now, /*keeps_stale=*/false);
    if (!shard.entries.EvictOne(spared, removal, discarded)) return;
    Settle(shard);
  }
}

// The shard of the key comes last, because it has the new entry.
void CacheCore::MakeRoomElsewhere(size_t hash, absl::Duration now, DiscardedEntries& discarded) {
  const size_t own = hash >> shift_;
  for (size_t i = 1; i <= shards_.size() && IsOverfull(); ++i) {
    Shard& shard = *shards_[(own + i) % shards_.size()];
    MutexLock lock(shard.mutex);
    MakeRoom(shard, nullptr, now, discarded);
  }
}

}  // namespace cache_invalidation::client::internal
