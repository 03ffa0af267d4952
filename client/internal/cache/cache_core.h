// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_CACHE_CORE_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_CACHE_CORE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/cache_options.h"
#include "client/cache_statistics.h"
#include "client/dependency.h"
#include "client/internal/cache/applied_history.h"
#include "client/internal/cache/cache_shard.h"
#include "client/internal/cache/change.h"
#include "client/internal/cache/discarded_entries.h"
#include "client/internal/cache/entry.h"
#include "client/internal/cache/flight.h"
#include "client/internal/cache/lease_fence.h"
#include "client/internal/cache/type_token.h"
#include "client/internal/cache/untyped_value.h"
#include "client/internal/cache/value_type.h"
#include "client/position.h"
#include "common/mutex.h"

namespace cache_invalidation::client::internal {

struct CacheCoreOptions {
  size_t shards = 64;  // a power of two
  uint64_t max_entries = std::numeric_limits<uint64_t>::max();
  uint64_t max_weight = std::numeric_limits<uint64_t>::max();
  size_t remembered_names = 65'536;
  SubscriptionFilter filter = {};
  absl::Duration keep_refused_for = absl::ZeroDuration();
  uint32_t refusals_before_keep = 0;
  absl::Duration stale_for = absl::ZeroDuration();
  double refresh_ahead = 0;
  // A caller that accepts a stale entry does not wait: the load runs in the background.
  bool loads_in_background = false;
};

// The result of a load.
struct Fill {
  std::shared_ptr<const void> value = {};
  bool is_error = false;                              // Found::is_error
  EntryNames names = {};                              // canonical
  bool names_known = true;                            // false: unknown names may invalidate it
  bool needs_service = false;                         // Entry::needs_service
  bool is_wanted = true;                              // false: return it without keeping it
  bool is_untagged = false;                           // hardly anything can invalidate it
  absl::Duration expires = absl::InfiniteDuration();  // of Clock::Monotonic
  uint64_t weight = 1;
};

// How a load went, whatever it loaded.
struct LoadRun {
  // How long its loader ran; none if no loader did.
  std::optional<absl::Duration> took = {};
  // Its value, or its error, may come from something stale: it is neither kept nor shared.
  bool rests_on_stale = false;
};

enum class FillResult {
  kKept,
  // Kept for a bounded time although it was refused (TaggedCacheOptions::keep_refused_for).
  kKeptProvisionally,
  // Something touched it, or it is not known that nothing did.
  kRefused,
  // Not wanted, or not possible for another reason.
  kUnkept,
  kFailed,
};

// What invalidates a loaded value: its own tags, and what it was computed from. It takes over the
// names of the cached keys that it was computed from.
struct Resolution {
  EntryNames names = {};
  // False if a key that it was computed from has no right names any more.
  bool names_known = true;
  // The keys it was computed from that are not known here: the service has to be asked for them.
  std::vector<std::string> unknown_keys = {};
  // The entry has to be registered: there are such keys, also of entries it was computed from.
  bool needs_service = false;
  // When the first of the entries that it was computed from expires.
  absl::Duration expires = absl::InfiniteDuration();
};

// A tagged cache without threads, clock or network: events, leases and times are arguments. Why it
// is correct:
//
// - A look-up first checks the lease and then looks. The lease is renewed after everything that
//   preceded its message is applied. So a look-up that finds the cache open does not find what a
//   completed waiting call has invalidated.
// - A change is recorded, then applied shard by shard, then over. A load remembers the last change
//   that was over when it began. It ends under the lock of its key's shard, where it checks the
//   record for later changes that touched it, and only then inserts its value. A change that is
//   recorded after this check finds the value in the shard.
// - A caller that shares a load which had begun before it arrived makes the same check for that
// span.
// - What is kept as stale is not among the entries, and only a caller that accepts it looks for it.
// A value that may have been computed from it is not kept: its key has no right names while it is
// there, and has departed when it goes; and a loader that was given a stale value shares its own
// with no caller. It is kept from the moment when it may not be served as
// fresh any more, which is the end of the lease if that came first.
//
// A method that takes a lock takes it once, or once per shard: this is one step, and tests of
// interleavings run others between steps. Thread-safe, except as said at "Applying".
//
// No code of users is called, and no value destroyed, under a lock. Entries that leave go to
// `discarded`, which the caller destroys without locks, and when the thread runs no load for which
// others may wait.
class CacheCore {
 public:
  CacheCore(CacheCoreOptions options, absl::Duration now);

  // ---- Reading

  // Whether the lease runs. To be called before a look-up, whose result may be used only if it
  // does.
  bool IsOpen(absl::Duration now) const { return fence_.IsOpen(now); }
  Found Find(absl::string_view key, ValueType& type, bool is_open, absl::Duration now,
             const ReadOptions& options);
  // As Find in a cache that is open, for who knows only that it is not later than `at_latest`.
  // None, and nothing is counted, if the exact time decides.
  std::optional<Found> FindLasting(absl::string_view key, ValueType& type, absl::Duration at_latest,
                                   const ReadOptions& options);
  // As Find; it is not counted, and is no use of the entry.
  Found Peek(absl::string_view key, ValueType& type, bool is_open, absl::Duration now,
             const ReadOptions& options) const;
  // Finds what a caller whose load has failed may use.
  Found FindAfterError(absl::string_view key, ValueType& type, bool is_open, absl::Duration now,
                       const ReadOptions& options);
  // Returns the keys of the usable entries of a type in one shard.
  std::vector<std::string> Keys(size_t index, const ValueType& type, bool is_open,
                                absl::Duration now) const;
  // Returns all keys that a change of one shard can hit (CacheShard::AddKeysTo).
  std::vector<std::string> AllKeys(size_t index) const;

  // ---- Loading

  // What a caller does for whom Find found nothing.
  struct Attempt {
    // A value that is cached by now, or a stale one that is accepted.
    Found found = {};

    // The load that the caller runs, if it leads, or else waits for, unless it can claim it. None
    // if the caller uses `found`, with one exception: a leader that has found something stale uses
    // it, and has the load, which is still unclaimed, run in the background.
    std::shared_ptr<Flight> flight = {};
    bool leads = false;
    Arrival arrival = {};
  };
  enum class RunsOn {
    // The caller runs its load, or hands it to an executor if it has found something stale.
    kAnyThread,
    // The caller runs its load in any case.
    kThisThread,
    // The caller hands its load to an executor in any case: it is unclaimed.
    kExecutor,
  };
  Attempt BeginLoad(absl::string_view key, ValueType& type, bool is_open, absl::Duration now,
                    const ReadOptions& options, RunsOn runs_on = RunsOn::kAnyThread);

  // Begins to load an entry anew that is due (Found::is_due). Returns the load, which is unclaimed;
  // null if there is no need.
  std::shared_ptr<Flight> BeginRefresh(absl::string_view key, ValueType& type, absl::Duration now);

  // Resolves what a loaded value was computed from. The names of a key of which this thread runs a
  // load (IsLoading) are not the right ones: the value may be computed from what that has loaded.
  Resolution Resolve(const Flight& flight, const std::vector<std::string>& tags,
                     const DependencyNames& depends_on, absl::Duration now);

  // Whether the calling thread runs a load of the key, which has not ended.
  bool IsLoading(absl::string_view key) const;

  // Ends a load, keeps the value if it may be kept, and wakes the callers that wait for it.
  FillResult EndLoad(Flight& flight, absl::StatusOr<Fill> fill, absl::Duration now,
                     DiscardedEntries& discarded, const LoadRun& run = {});

  // Counts a caller that used the load of another, if a loader ran.
  void CountSharedLoad(const Flight& flight);

  // ---- Applying: one call at a time, on any thread

  // Applies a change: Begin, ApplyTo for every shard, End. `revision` is 0 if the change is no
  // event.
  void Apply(const Change& change, uint64_t revision, absl::Duration now,
             DiscardedEntries& discarded);
  uint64_t BeginChange(const Change& change);
  void ApplyTo(size_t index, const Change& change, absl::Duration now, DiscardedEntries& discarded);
  void EndChange(uint64_t step, uint64_t revision, absl::Duration now);

  // Drops everything and continues after a position: Begin, ClearShard for every shard, End.
  void Reset(const Position& position, absl::Duration now, DiscardedEntries& discarded);
  void BeginReset();
  // Begins one that does not end.
  void BeginEnd();
  void ClearShard(size_t index, absl::Duration now, DiscardedEntries& discarded);
  void EndReset(const Position& position);

  // No event will arrive any more: ends the lease, drops everything but what is kept as stale, and
  // keeps nothing from now on.
  void End(absl::Duration now, DiscardedEntries& discarded);

  // The same at the end of the cache; drops what is kept as stale, too.
  void Close(DiscardedEntries& discarded);

  // A stream started, whose renewals grant a lease of that length. Returns false if it does not
  // continue what was applied: then the caller must reset to its start.
  bool Start(const Position& head, uint64_t start_after, absl::Duration lease);

  // Notes that everything up to the position is applied, and when the lease ends.
  void Progress(const Position& position, absl::Duration lease_end, absl::Duration now);

  // Whether a position belongs to the applied history, is in it and not applied yet, is applied.
  bool IsOfHistory(const std::string& epoch) const;
  bool IsNew(const Position& position) const;
  bool HasApplied(const Position& position) const;

  // Everything up to here is applied. The epoch is empty before the first start.
  Position applied() const;

  // Returns whether the service has answered a call of this cache from the history that was applied
  // when the call began, or says nothing about it. If it is neither that history nor the one that
  // is applied now, the service goes on with a history that this cache does not hear of: the lease
  // ends, and begins again with a renewal that is requested later, or with that history.
  bool IsAnswerOf(const Position& at_start, const Position& answer, absl::Duration now);

  // ---- Other

  size_t shards() const { return shards_.size(); }

  // Returns the type; adds it if it is unknown. Fails with FAILED_PRECONDITION if it is known and
  // there are options.
  absl::StatusOr<ValueType*> AddType(TypeToken id, UntypedValueOptions options, bool has_options);
  ValueType& Type(TypeToken id) { return **AddType(id, {}, false); }

  CacheStatistics Statistics(absl::Duration now) const;
  TypeStatistics StatisticsOf(ValueType& type) const;

 private:
  // On a cache line of its own, like its neighbours.
  struct alignas(128) Shard {
    Shard(size_t index, int64_t stale_for) : index(index), entries(stale_for) {}

    mutable Mutex mutex;
    const size_t index;
    CacheShard entries ABSL_GUARDED_BY(mutex);
    absl::flat_hash_map<std::string, std::shared_ptr<Flight>> flights ABSL_GUARDED_BY(mutex);
    // Refusals in a row, by hash of the key; only if refused values may be kept.
    absl::flat_hash_map<size_t, uint32_t> refusals ABSL_GUARDED_BY(mutex);
    // What `entries` had when the totals were last settled.
    uint64_t settled_entries ABSL_GUARDED_BY(mutex) = 0;
    uint64_t settled_weight ABSL_GUARDED_BY(mutex) = 0;
  };

  Shard& ShardOf(size_t hash) const { return *shards_[hash >> shift_]; }
  // Whether it may be served to any caller, but for being marked as stale. An error cannot be
  // flagged as stale, so that none is served after the lease.
  static bool IsUsable(const Entry& entry, const ValueType& type, bool is_open, int64_t now,
                       const ReadOptions& options) {
    return entry.type == &type && !entry.IsExpired(now) &&
           (is_open || (options.while_fenced && !entry.is_error));
  }
  static Found FoundIn(const Entry& entry, bool is_open, int64_t now);

  static Found Take(Shard& shard, Entry& entry, bool is_open, int64_t now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);

  // Returns what a caller that accepts stale values may use of the key that has this entry, or
  // none.
  Found StaleOf(const Shard& shard, const Entry* entry, absl::string_view key,
                const ValueType& type, bool is_open, int64_t now, const ReadOptions& options) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);

  // Returns a new load of a key that has none.
  std::shared_ptr<Flight> AddFlight(Shard& shard, absl::string_view key, ValueType& type)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex, history_mutex_);

  Removal RemovalFor(RemovalCause cause, absl::Duration now, bool keeps_stale) const;

  // Adds the names of a key that the value was computed from.
  void TakeOver(const std::string& key, const Flight& flight, int64_t now, Resolution& resolution);

  // Decides whether a fill is kept. Sets `first_touch` to the step that first touched it.
  FillResult Judge(Shard& shard, const Flight& flight, const Fill& fill, bool rests_on_stale,
                   uint64_t& first_touch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex)
      ABSL_LOCKS_EXCLUDED(history_mutex_);
  bool MayKeepRefused(Shard& shard, size_t hash) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);
  void Insert(Shard& shard, const Flight& flight, Fill fill, bool provisional, absl::Duration now,
              DiscardedEntries& discarded) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);

  // Carries what changed in a shard over into the totals.
  void Settle(Shard& shard) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);
  bool IsOverfull() const;
  void MakeRoom(Shard& shard, const Entry* spared, absl::Duration now, DiscardedEntries& discarded)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);
  void MakeRoomElsewhere(size_t hash, absl::Duration now, DiscardedEntries& discarded);

  const CacheCoreOptions options_;
  const int shift_;
  const int64_t stale_for_;  // nanoseconds
  std::vector<std::unique_ptr<Shard>> shards_;

  // Renewed under history_mutex_, asked without.
  LeaseFence fence_;

  // Look-ups read the members above, which share no cache line with those that are written often.
  alignas(128) std::atomic<uint64_t> entries_ = 0;
  std::atomic<uint64_t> weight_ = 0;
  std::atomic<uint64_t> load_number_ = 0;
  std::atomic<bool> has_ended_ = false;  // set before the shards are cleared

  mutable Mutex types_mutex_;
  std::deque<std::unique_ptr<ValueType>> types_ ABSL_GUARDED_BY(types_mutex_);

  // Taken after a shard's mutex, if both are.
  mutable Mutex history_mutex_;
  AppliedHistory history_ ABSL_GUARDED_BY(history_mutex_);
  absl::Duration offered_lease_end_ ABSL_GUARDED_BY(history_mutex_) = -absl::InfiniteDuration();
  uint64_t events_ ABSL_GUARDED_BY(history_mutex_) = 0;
  uint64_t resets_ ABSL_GUARDED_BY(history_mutex_) = 0;
  uint64_t epoch_conflicts_ ABSL_GUARDED_BY(history_mutex_) = 0;
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_CACHE_CORE_H_
