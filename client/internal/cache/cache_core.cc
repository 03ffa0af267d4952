// SPDX-License-Identifier: Apache-2.0

#include "client/internal/cache/cache_core.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "common/check.h"

namespace cache_invalidation::client::internal {
namespace {

// The maximum total weight. It leaves room for one more entry per thread that fills at the same
// time, so no sum of weights overflows.
constexpr uint64_t kMaxWeight = uint64_t{1} << 56;

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

}  // namespace

CacheCore::CacheCore(CacheCoreOptions options, absl::Duration now)
    : options_(WithBoundedWeight(std::move(options))),
      shift_(ShiftFor(options_.shards)),
      stale_for_(Nanoseconds(options_.stale_for)),
      fence_(now),
      history_(options_.remembered_names) {
  for (size_t i = 0; i < options_.shards; ++i) {
    shards_.push_back(std::make_unique<Shard>(i, stale_for_));
  }
}

absl::StatusOr<ValueType*> CacheCore::AddType(TypeToken id, UntypedValueOptions options,
                                              bool has_options) {
  MutexLock lock(types_mutex_);
  for (const std::unique_ptr<ValueType>& type : types_) {
    if (!(type->id() == id)) continue;
    if (!has_options) return type.get();
    return absl::FailedPreconditionError(
        "ValueOptions are given to the first handle for values of a type");
  }
  types_.push_back(std::make_unique<ValueType>(id, std::move(options), shards_.size()));
  return types_.back().get();
}

Found CacheCore::FoundIn(const Entry& entry, bool is_open, int64_t now) {
  return {.value = entry.value,
          .is_stale = entry.marked || entry.provisional || !is_open,
          .is_error = entry.is_error,
          .is_due = entry.refresh_at <= now && is_open};
}

Found CacheCore::Take(Shard& shard, Entry& entry, bool is_open, int64_t now) {
  if (!entry.visited) {
    entry.visited = true;  // no write if it is set, which keeps the cache line shared
  }
  Found found = FoundIn(entry, is_open, now);
  TypeStatistics& counters = *entry.counters;
  ++counters.hits;
  if (found.is_stale) ++counters.stale_hits;
  if (found.is_error) ++counters.not_found_hits;
  return found;
}

Found CacheCore::Find(absl::string_view key, ValueType& type, bool is_open, absl::Duration now,
                      const ReadOptions& options) {
  const size_t hash = KeyHash(key);
  const int64_t at = Nanoseconds(now);
  Shard& shard = ShardOf(hash);
  MutexLock lock(shard.mutex);
  Entry* const entry = shard.entries.Find(key, hash);
  if (entry != nullptr && !entry->marked && IsUsable(*entry, type, is_open, at, options)) {
    return Take(shard, *entry, is_open, at);
  }
  TypeStatistics& counters = type.counters(shard.index);
  if (options.while_revalidating) {
    Found stale = StaleOf(shard, entry, key, type, is_open, at, options);
    if (stale.value != nullptr) {
      ++counters.hits;
      ++counters.stale_hits;
      return stale;
    }
  }
  ++counters.misses;
  return {};
}

std::optional<Found> CacheCore::FindLasting(absl::string_view key, ValueType& type,
                                            absl::Duration at_latest, const ReadOptions& options) {
  const size_t hash = KeyHash(key);
  const int64_t at = Nanoseconds(at_latest);
  Shard& shard = ShardOf(hash);
  MutexLock lock(shard.mutex);
  Entry* const entry = shard.entries.Find(key, hash);
  if (entry == nullptr) {
    if (options.while_revalidating) return std::nullopt;
    ++type.counters(shard.index).misses;
    return Found();
  }
  if (entry->marked || entry->refresh_at <= at || !IsUsable(*entry, type, true, at, options)) {
    return std::nullopt;
  }
  return Take(shard, *entry, true, at);
}

Found CacheCore::Peek(absl::string_view key, ValueType& type, bool is_open, absl::Duration now,
                      const ReadOptions& options) const {
  const size_t hash = KeyHash(key);
  const int64_t at = Nanoseconds(now);
  const Shard& shard = ShardOf(hash);
  MutexLock lock(shard.mutex);
  const Entry* const entry = shard.entries.Find(key, hash);
  if (entry != nullptr && !entry->marked && IsUsable(*entry, type, is_open, at, options)) {
    return FoundIn(*entry, is_open, at);
  }
  if (!options.while_revalidating) return {};
  return StaleOf(shard, entry, key, type, is_open, at, options);
}

Found CacheCore::FindAfterError(absl::string_view key, ValueType& type, bool is_open,
                                absl::Duration now, const ReadOptions& options) {
  const size_t hash = KeyHash(key);
  Shard& shard = ShardOf(hash);
  MutexLock lock(shard.mutex);
  Found stale =
      StaleOf(shard, shard.entries.Find(key, hash), key, type, is_open, Nanoseconds(now), options);
  if (stale.value != nullptr) ++type.counters(shard.index).stale_on_error;
  return stale;
}

Found CacheCore::StaleOf(const Shard& shard, const Entry* entry, absl::string_view key,
                         const ValueType& type, bool is_open, int64_t now,
                         const ReadOptions& options) const {
  if (entry == nullptr) {
    const StaleValue* const kept = shard.entries.FindStale(key);
    if (kept == nullptr || kept->type != &type || kept->until <= now) return {};
    return {.value = kept->value, .is_stale = true};
  }
  if (entry->type != &type || entry->is_error || entry->provisional) return {};
  // What is only marked may be used for ever.
  int64_t stale_since = Entry::kNever;
  if (entry->IsExpired(now)) stale_since = entry->expires;
  if (!is_open && !options.while_fenced) stale_since = std::min(stale_since, fence_.open_until());
  if (stale_since <= now - stale_for_) return {};
  return {.value = entry->value, .is_stale = true};
}

std::vector<std::string> CacheCore::Keys(size_t index, const ValueType& type, bool is_open,
                                         absl::Duration now) const {
  const int64_t at = Nanoseconds(now);
  std::vector<std::string> keys;
  const Shard& shard = *shards_[index];
  MutexLock lock(shard.mutex);
  for (const Entry* entry = shard.entries.newest(); entry != nullptr; entry = entry->older) {
    if (entry->marked || entry->is_error || !IsUsable(*entry, type, is_open, at, {})) continue;
    keys.push_back(entry->key);
  }
  return keys;
}

std::vector<std::string> CacheCore::AllKeys(size_t index) const {
  std::vector<std::string> keys;
  const Shard& shard = *shards_[index];
  MutexLock lock(shard.mutex);
  shard.entries.AddKeysTo(keys);
  return keys;
}

void CacheCore::Apply(const Change& change, uint64_t revision, absl::Duration now,
                      DiscardedEntries& discarded) {
  const uint64_t step = BeginChange(change);
  for (size_t i = 0; i < shards_.size(); ++i) ApplyTo(i, change, now, discarded);
  EndChange(step, revision, now);
}

uint64_t CacheCore::BeginChange(const Change& change) {
  MutexLock lock(history_mutex_);
  return history_.Begin(change);
}

Removal CacheCore::RemovalFor(RemovalCause cause, absl::Duration now, bool keeps_stale) const {
  Removal removal{.cause = cause, .time = load_number_.load(), .now = Nanoseconds(now)};
  if (keeps_stale && stale_for_ > 0) {
    // After the lease it may have been invalidated at any time since.
    removal.stale_since = std::min(removal.now, fence_.open_until());
  }
  return removal;
}

void CacheCore::ApplyTo(size_t index, const Change& change, absl::Duration now,
                        DiscardedEntries& discarded) {
  const bool keeps_stale = !change.drops_stale;
  Shard& shard = *shards_[index];
  MutexLock lock(shard.mutex);
  const Removal removal = RemovalFor(RemovalCause::kInvalidated, now, keeps_stale);
  // Most events hit nothing in most shards.
  if (shard.entries.Apply(change, removal, discarded)) Settle(shard);
}

void CacheCore::EndChange(uint64_t step, uint64_t revision, absl::Duration now) {
  MutexLock lock(history_mutex_);
  history_.End(step);
  if (revision == 0) return;
  ++events_;
  history_.Pass(revision);
  fence_.Renew(history_.position().revision, offered_lease_end_, now);
}

void CacheCore::Reset(const Position& position, absl::Duration now, DiscardedEntries& discarded) {
  BeginReset();
  for (size_t i = 0; i < shards_.size(); ++i) ClearShard(i, now, discarded);
  EndReset(position);
}

void CacheCore::End(absl::Duration now, DiscardedEntries& discarded) {
  BeginEnd();
  for (size_t i = 0; i < shards_.size(); ++i) ClearShard(i, now, discarded);
  MutexLock lock(history_mutex_);
  fence_.End(now);
}

void CacheCore::Close(DiscardedEntries& discarded) {
  BeginEnd();
  const Change everything{.evicts_everything = true, .drops_stale = true};
  for (const std::unique_ptr<Shard>& owned : shards_) {
    Shard& shard = *owned;
    MutexLock lock(shard.mutex);
    shard.entries.Apply(everything, RemovalFor(RemovalCause::kClosed, absl::ZeroDuration(), false),
                        discarded);
    Settle(shard);
  }
}

void CacheCore::BeginReset() {
  MutexLock lock(history_mutex_);
  history_.BeginReset();
}

void CacheCore::BeginEnd() {
  has_ended_ = true;
  BeginReset();
}

void CacheCore::ClearShard(size_t index, absl::Duration now, DiscardedEntries& discarded) {
  Shard& shard = *shards_[index];
  MutexLock lock(shard.mutex);
  shard.entries.Clear(RemovalFor(RemovalCause::kInvalidated, now, /*keeps_stale=*/true), discarded);
  Settle(shard);
}

void CacheCore::EndReset(const Position& position) {
  MutexLock lock(history_mutex_);
  // A new history arrives twice: with the start of the stream, and with its reset.
  const bool is_news = position != history_.position();
  if (is_news && !history_.position().epoch.empty()) ++resets_;
  if (position.epoch != history_.position().epoch) fence_.Trust();
  history_.EndReset(position);
}

bool CacheCore::Start(const Position& head, uint64_t start_after, absl::Duration lease) {
  MutexLock lock(history_mutex_);
  fence_.Require(head.revision, lease);
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

Position CacheCore::applied() const {
  MutexLock lock(history_mutex_);
  return history_.position();
}

bool CacheCore::IsAnswerOf(const Position& at_start, const Position& answer, absl::Duration now) {
  if (answer.epoch.empty() || answer.epoch == at_start.epoch) return true;
  MutexLock lock(history_mutex_);
  const std::string& applied = history_.position().epoch;
  if (!applied.empty() && answer.epoch != applied) {
    ++epoch_conflicts_;
    fence_.Distrust(now);
  }
  return false;
}

CacheStatistics CacheCore::Statistics(absl::Duration now) const {
  CacheStatistics all;
  std::vector<ValueType*> types;
  {
    MutexLock lock(types_mutex_);
    for (const std::unique_ptr<ValueType>& type : types_) types.push_back(type.get());
  }
  for (const std::unique_ptr<Shard>& owned : shards_) {
    const Shard& shard = *owned;
    MutexLock lock(shard.mutex);
    for (ValueType* const type : types) all += type->counters(shard.index);
    all.stale_entries += shard.entries.stale().SizeAt(Nanoseconds(now));
    all.weight += shard.entries.weight();
  }
  for (ValueType* const type : types) all.failed_callbacks += type->failures();
  MutexLock lock(history_mutex_);
  all.events = events_;
  all.resets = resets_;
  all.epoch_conflicts = epoch_conflicts_;
  all.fenced_time = fence_.FencedFor(now);
  all.is_live = fence_.IsOpen(now);
  all.position = history_.position();
  return all;
}

TypeStatistics CacheCore::StatisticsOf(ValueType& type) const {
  TypeStatistics all;
  for (const std::unique_ptr<Shard>& owned : shards_) {
    const Shard& shard = *owned;
    MutexLock lock(shard.mutex);
    all += type.counters(shard.index);
  }
  return all;
}

}  // namespace cache_invalidation::client::internal
