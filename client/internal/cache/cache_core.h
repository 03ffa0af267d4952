#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_CACHE_CORE_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_CACHE_CORE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
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
#include "client/internal/cache/entry.h"
#include "client/internal/cache/entry_names.h"
#include "client/internal/cache/flight.h"
#include "client/internal/cache/found.h"
#include "client/internal/cache/lease_fence.h"
#include "client/internal/cache/subscription_filter.h"
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
  // Whoever finds an entry stale and accepts it can have it loaded elsewhere, and need not wait.
  bool loads_in_background = false;
};

// What a load brought.
struct Fill {
  std::shared_ptr<const void> value = {};
  EntryNames names = {};                              // canonical
  bool names_known = true;                            // false: there is more that may invalidate it
  bool needs_service = false;                         // Entry::needs_service
  bool is_wanted = true;                              // false: return it, and do not keep it
  absl::Duration expires = absl::InfiniteDuration();  // of Clock::Monotonic
  uint64_t weight = 1;
};

enum class FillResult {
  kKept,
  // Kept for a bounded time although it was refused (TaggedCacheOptions::keep_refused_for).
  kKeptProvisionally,
  // Something touched it, or nobody can say that nothing did.
  kRefused,
  // Not wanted, or not possible for other reasons.
  kUnkept,
  kFailed,
};

// A tagged cache without threads, clock or network: is told of events, leases and times, and asked
// for values. How it stays correct:
//
// - A look-up asks first whether the lease runs and looks then. The lease is renewed after all that
//   came before its message is applied. So whoever finds the cache open finds it without what a
//   completed waiting call had waited for.
// - A change is recorded first, then applied shard by shard, then it is over. A load remembers the
//   last change that was over when it began. It ends under the lock of its key's shard, where it
//   asks the record whether any later change touched it, and only then puts its value there. A
//   change that is recorded after this question finds the value in the shard.
// - Whoever shares a load that had begun before it came asks the same about that span.
//
// Each method that takes a lock takes it once, or once per shard: it is one step, and tests of
// interleavings run others between steps. Thread-safe, but for what is said at "Applying".
//
// Nothing of a user's is called or destroyed under a lock. Entries that leave while the caller may
// hold locks of his own go to `discarded`, which he destroys when he holds none.
class CacheCore {
 public:
  CacheCore(CacheCoreOptions options, absl::Duration now);

  // ---- Reading

  // Whether the lease runs. What is found in the cache may be used only if this was asked before.
  bool IsOpen(absl::Duration now) const { return fence_.IsOpen(now); }
  Found Find(absl::string_view key, TypeToken type, bool is_open, absl::Duration now,
             const ReadOptions& options);

  // ---- Loading

  // What becomes of a caller for whom Find found nothing.
  struct Attempt {
    // There is a value by now, or one that is stale but accepted.
    Found found = {};

    // The load that it runs, if it leads, or waits for unless he can claim it. It has none if it is
    // to use `found`, but for one case: who leads and has found something stale uses that, and has
    // the load, which nobody has claimed, run elsewhere.
    std::shared_ptr<Flight> flight = {};
    bool leads = false;
    Arrival arrival = {};
  };
  Attempt BeginLoad(absl::string_view key, TypeToken type, bool is_open, absl::Duration now,
                    const ReadOptions& options);

  // What invalidates a loaded value: its own tags, and what it was computed from. From cached keys
  // it takes over their names.
  struct Resolution {
    EntryNames names = {};
    // False: a key it was computed from has no right names any more.
    bool names_known = true;
    // The keys it was computed from that are not known here: the service has to be asked for them.
    std::vector<std::string> unknown_keys = {};
    // The entry has to be registered: there are such keys, also of entries it was computed from.
    bool needs_service = false;
    // When the first of the entries it was computed from ends.
    absl::Duration expires = absl::InfiniteDuration();
  };
  Resolution Resolve(const Flight& flight, const std::vector<std::string>& tags,
                     const DependencyNames& depends_on, absl::Duration now);

  // Ends a load, keeps the value if it may be kept, and lets the waiting go on.
  FillResult EndLoad(Flight& flight, absl::StatusOr<Fill> fill, absl::Duration now);

  // Counts a caller who used another's load.
  void CountSharedLoad(const Flight& flight);

  // ---- Applying: one call after the other, from wherever

  // Applies a change: Begin, ApplyTo for every shard, End. `revision` is 0 for one that is no
  // event.
  void Apply(const Change& change, uint64_t revision, absl::Duration now,
             DiscardedEntries& discarded);
  uint64_t BeginChange(const Change& change);
  void ApplyTo(size_t index, const Change& change, DiscardedEntries& discarded);
  void EndChange(uint64_t step, uint64_t revision, absl::Duration now);

  // Drops everything and goes on after a position: Begin, ClearShard for every shard, End.
  void Reset(const Position& position, DiscardedEntries& discarded);
  void BeginReset();
  void ClearShard(size_t index, DiscardedEntries& discarded);
  void EndReset(const Position& position);

  // The beginning of a reset that does not end: drops everything, and keeps nothing any more.
  void Close(DiscardedEntries& discarded);

  // A stream started. Answers false if it does not continue what was applied: then a reset to its
  // start has to follow.
  bool Start(const Position& head, uint64_t start_after);

  // Everything up to the position is applied, and the lease ends then.
  void Progress(const Position& position, absl::Duration lease_end, absl::Duration now);

  // How a position stands to the history that is applied: whether it belongs to it at all, and
  // whether it is applied.
  bool IsOfHistory(const std::string& epoch) const;
  bool IsNew(const Position& position) const;
  bool HasApplied(const Position& position) const;

  // ---- Else

  size_t shards() const { return shards_.size(); }
  CacheStatistics Statistics(absl::Duration now) const;

 private:
  struct Counters {
    uint64_t hits = 0;
    uint64_t misses = 0;
    uint64_t stale_hits = 0;
    uint64_t loads = 0;
    uint64_t failed_loads = 0;
    uint64_t shared_loads = 0;
    uint64_t refused_fills = 0;
    uint64_t unkept_fills = 0;
    uint64_t evictions = 0;
    uint64_t invalidated = 0;
  };

  // On a cache line of its own, like its neighbours.
  struct alignas(128) Shard {
    mutable Mutex mutex;
    CacheShard entries ABSL_GUARDED_BY(mutex);
    Counters counters ABSL_GUARDED_BY(mutex);
    absl::flat_hash_map<std::string, std::shared_ptr<Flight>> flights ABSL_GUARDED_BY(mutex);
    // Refusals in a row, by hash of the key; only if refused values may be kept.
    absl::flat_hash_map<size_t, uint32_t> refusals ABSL_GUARDED_BY(mutex);
    // What `entries` had when the totals were last settled.
    uint64_t settled_entries ABSL_GUARDED_BY(mutex) = 0;
    uint64_t settled_weight ABSL_GUARDED_BY(mutex) = 0;
  };

  Shard& ShardOf(size_t hash) const { return *shards_[hash >> shift_]; }
  static bool IsUsable(const Entry& entry, TypeToken type, bool is_open, int64_t now,
                       const ReadOptions& options);

  static Found Take(Shard& shard, Entry& entry, bool is_open)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);

  // Takes over the names of a key that something was computed from.
  void TakeOver(const std::string& key, const Flight& flight, int64_t now, Resolution& resolution);

  // Whether a fill is kept. Notes when it was first touched.
  FillResult Judge(Shard& shard, const Flight& flight, const Fill& fill, uint64_t& first_touch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex) ABSL_LOCKS_EXCLUDED(history_mutex_);
  bool MayKeepRefused(Shard& shard, size_t hash) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);
  void Insert(Shard& shard, const Flight& flight, Fill fill, bool provisional, absl::Duration now,
              DiscardedEntries& discarded) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);

  // Carries what changed in a shard over into the totals.
  void Settle(Shard& shard) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);
  bool IsOverfull() const;
  void MakeRoom(Shard& shard, const Entry* spared, int64_t now, DiscardedEntries& discarded)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);
  void MakeRoomElsewhere(size_t hash, int64_t now);

  const CacheCoreOptions options_;
  const int shift_;
  std::vector<std::unique_ptr<Shard>> shards_;

  // Renewed under history_mutex_, asked without.
  LeaseFence fence_;

  // Look-ups read what stands above, and share no cache line with what is written often.
  alignas(128) std::atomic<uint64_t> entries_ = 0;
  std::atomic<uint64_t> weight_ = 0;
  std::atomic<uint64_t> load_number_ = 0;

  // Taken after a shard's mutex, if both are.
  mutable Mutex history_mutex_;
  AppliedHistory history_ ABSL_GUARDED_BY(history_mutex_);
  absl::Duration offered_lease_end_ ABSL_GUARDED_BY(history_mutex_) = -absl::InfiniteDuration();
  uint64_t events_ ABSL_GUARDED_BY(history_mutex_) = 0;
  uint64_t resets_ ABSL_GUARDED_BY(history_mutex_) = 0;
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_CACHE_CORE_H_
