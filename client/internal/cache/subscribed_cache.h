// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_SUBSCRIBED_CACHE_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_SUBSCRIBED_CACHE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "client/cache_options.h"
#include "client/cache_statistics.h"
#include "client/client.h"
#include "client/internal/cache/type_token.h"
#include "client/internal/cache/untyped_value.h"
#include "client/load.h"
#include "client/position.h"
#include "client/subscription.h"
#include "common/clock.h"
#include "common/mutex.h"

namespace cache_invalidation::client::internal {

class CacheCore;
class CompiledPatterns;
class DiscardedEntries;
class Flight;
class ValueType;
class WaitGraph;
struct Draft;
struct Fill;
struct OwnLoad;
struct PartLookups;

// Fails with INVALID_ARGUMENT, which names the first option that is out of range.
absl::Status CheckOptions(const TaggedCacheOptions& options);

// Detects whether the process is a fork of the one in which the mark was made. A child has copies
// of all memory, but none of the threads: a lock that one of them held stays locked, data that one
// of them was changing stays inconsistent, and no events arrive.
//
// The count of forks is global, the only global state of the SDK beside the loads that a thread
// runs: handlers of pthread_atfork belong
// to the process, and asking the kernel (getpid) at each look-up would cost as much as the look-up.
// A child for which no handler runs is not detected: that of a bare clone system call, and those of
// vfork or posix_spawn, which may only exec.
//
// Immutable, thread-safe. Cost of IsForked: one load of a word that all threads share.
class ForkMark {
 public:
  ForkMark();

  bool IsForked() const { return forks_.load(std::memory_order_relaxed) != made_at_; }

 private:
  // The number of forks between the first process and this one. Written in a child by its only
  // thread. On a cache line of its own, because every look-up reads it.
  alignas(128) static std::atomic<uint64_t> forks_;

  const uint64_t made_at_;
};

// What a TaggedCache does, whatever the type of its values (see there). Adds to a CacheCore what it
// lacks: a clock, a subscription that feeds it, the service that registers its shared entries, and
// callers that wait for each other's loads. Included by a public header, which must not show more
// of the cache than this. Thread-safe.
//
// In a forked child it takes no lock, waits for no thread and is not destroyed, because its state
// may be inconsistent.
class SubscribedCache final : public std::enable_shared_from_this<SubscribedCache> {
 public:
  // Subscribes; does not wait for the service.
  static std::shared_ptr<SubscribedCache> Open(const Client& client, TaggedCacheOptions options);

  ~SubscribedCache() ABSL_LOCKS_EXCLUDED(apply_mutex_);

  // Returns the type of values, which is added if it is new. Fails with FAILED_PRECONDITION if it
  // is not and there are options, with INVALID_ARGUMENT if one of them is out of range.
  absl::StatusOr<ValueType*> AddType(TypeToken id, UntypedValueOptions options, bool has_options);
  // Returns the type without options.
  ValueType& Type(TypeToken id);

  Found Get(absl::string_view key, ValueType& type, const ReadOptions& options);
  Found Peek(absl::string_view key, ValueType& type, const ReadOptions& options) const;
  std::vector<Found> GetMany(absl::Span<const std::string> keys, ValueType& type,
                             const ReadOptions& options);

  // As Get; loads what it does not find. FAILED_PRECONDITION: the key is being loaded as another
  // type, by this thread, or by one that waits for this one. DEADLINE_EXCEEDED: another caller's
  // load took too long.
  absl::StatusOr<Found> GetOrLoad(absl::string_view key, ValueType& type,
                                  const UntypedLoader& loader, const ReadOptions& options);

  // As GetOrLoad, with one call of the loader for what is missing. Returns as many results as there
  // are keys.
  std::vector<absl::StatusOr<Found>> GetOrLoadMany(absl::Span<const std::string> keys,
                                                   ValueType& type, const UntypedManyLoader& loader,
                                                   const ReadOptions& options);

  // As GetOrLoad; the loader runs on the executor, and nothing blocks. Calls `done` once.
  using Done = std::function<void(absl::StatusOr<Found> found)>;
  void GetOrLoadAsync(std::string key, ValueType& type, std::function<UntypedValue(Load&)> run,
                      const ReadOptions& options, Done done);

  std::vector<std::string> Keys(const ValueType& type) const;

  void Drop(const std::vector<std::string>& tags, const std::vector<std::string>& keys);
  void DropIf(absl::FunctionRef<bool(absl::string_view key)> matches);
  void DropPrefix(absl::string_view prefix);
  void DropEverything();
  bool AwaitLive(absl::Duration patience);
  bool AwaitApplied(const Position& position, absl::Duration patience);
  bool AwaitCaughtUp(absl::Duration patience);
  absl::Status status() const;
  CacheStatistics Statistics() const;
  TypeStatistics StatisticsOf(ValueType& type) const;

 private:
  struct AsyncLookup;
  struct ManyLookup;

  SubscribedCache(Client client, TaggedCacheOptions options);

  bool IsForked() const { return fork_.IsForked(); }
  absl::Duration Now() const { return clock_->Monotonic(); }

  SubscriptionCallbacks Callbacks();
  void OnStarted(const SubscriptionStarted& started) ABSL_LOCKS_EXCLUDED(apply_mutex_);
  void OnReset(const SubscriptionReset& reset) ABSL_LOCKS_EXCLUDED(apply_mutex_);
  void OnEvent(const Event& event) ABSL_LOCKS_EXCLUDED(apply_mutex_);
  void OnProgress(const SubscriptionProgress& progress) ABSL_LOCKS_EXCLUDED(apply_mutex_);
  void OnEnded(const absl::Status& status) ABSL_LOCKS_EXCLUDED(apply_mutex_);

  // Calls a callback of the application, if it is set, and counts it if it throws.
  template <typename Told>
  void Tell(const std::function<void(const Told&)>& callback, const Told& told);

  // Returns a callback that calls a method, then the callback of the application.
  template <typename Told>
  std::function<void(const Told&)> Relay(void (SubscribedCache::*on_told)(const Told&),
                                         const std::function<void(const Told&)>& listener);

  // Blocks until `holds` returns true, the subscription ends for good or `patience` has passed.
  // Returns whether it holds.
  bool Await(absl::Duration patience, absl::FunctionRef<bool()> holds)
      ABSL_LOCKS_EXCLUDED(waiting_mutex_);
  // Makes waiting threads check again.
  void Notify() ABSL_LOCKS_EXCLUDED(waiting_mutex_);

  // ---- Looking up (subscribed_cache_loads.cc)

  // Returns what is found. If it is stale, notes that the loads of this thread rest on it: their
  // values are neither kept nor shared.
  static Found Noted(Found found);

  // Returns what is found, or the error that it stands for.
  static absl::StatusOr<Found> ResultOf(Found found);
  // Returns what a loader has returned.
  static absl::StatusOr<Found> Uncached(UntypedValue value);
  // Returns what a caller gets whose load ended like this.
  absl::StatusOr<Found> Outcome(absl::string_view key, ValueType& type, UntypedValue value,
                                const ReadOptions& options);
  // Returns what the caller of a failed load accepts, or none.
  Found AfterError(absl::string_view key, ValueType& type, const ReadOptions& options);

  // Waits until another caller's load has ended.
  absl::Status Await(Flight& flight, absl::Duration deadline);

  using Run = absl::FunctionRef<UntypedValue(Load&)>;
  // Runs a loader for a cache that is closed. Returns UNKNOWN if it throws.
  static UntypedValue RunCaught(const std::string& key, Run run);
  using CopyRun = absl::FunctionRef<std::function<UntypedValue(Load&)>()>;
  absl::StatusOr<Found> LeadFor(Flight& flight, Run run, const ReadOptions& options);

  // Hands a load to the executor, which may run it, drop it or throw.
  void LeadInBackground(const std::shared_ptr<Flight>& flight, CopyRun copy);
  // Makes the load end if it is never run: others may wait for it.
  std::shared_ptr<Flight> Queued(const std::shared_ptr<Flight>& flight);
  void RunQueued(Flight& flight, Run run);
  void DropQueued(Flight& flight);

  // ---- Several keys (subscribed_cache_many.cc)

  using ManyRun = absl::FunctionRef<UntypedValues(absl::Span<Load* const>)>;
  // The load of a key, and the index of the key among those of the call.
  struct PlacedFlight {
    std::shared_ptr<Flight> flight;
    size_t place;
  };
  using Flights = std::vector<PlacedFlight>;
  // Looks for the keys at these places. Returns those to look for again.
  std::vector<size_t> LoadMissing(ManyLookup& lookup, const std::vector<size_t>& places);
  // Loads the keys at these places for a cache that is closed.
  static void LoadUncached(ManyLookup& lookup, const std::vector<size_t>& places);
  void LeadOwn(ManyLookup& lookup, const Flights& flights);
  UntypedValues LeadMany(const Flights& flights, ManyRun run);
  void LeadManyInBackground(const Flights& flights, const UntypedManyLoader& loader);

  // ---- Without waiting (subscribed_cache_async.cc)

  void Continue(const std::shared_ptr<AsyncLookup>& lookup);
  void Finish(AsyncLookup& lookup, absl::StatusOr<Found> found);

  // ---- Running loads and keeping their values (subscribed_cache_fills.cc)

  // Runs a load that this thread has claimed, and ends it in any case. Exceptions of the loader
  // propagate.
  UntypedValue Lead(Flight& flight, Run run);
  // The same for several loads; `run` sets their values.
  void LeadAll(absl::Span<OwnLoad* const> own, absl::FunctionRef<void()> run);
  // Ends loads whose loader has returned.
  void Keep(absl::Span<OwnLoad* const> own);
  // Returns them such that each comes after those that its value was computed from, unless these
  // form a circle.
  static std::vector<OwnLoad*> InOrder(absl::Span<OwnLoad* const> own);
  // Whether the value was computed from a key of which this thread runs another load.
  bool RestsOnUnended(const OwnLoad& own) const;
  // Ends these loads, which ask the service, and clears the list.
  void EndAsking(std::vector<Draft>& asking);
  void End(OwnLoad& own, absl::StatusOr<Fill> fill);

  // Returns where to put what the calling thread discards: with the outermost of its loads of this
  // cache, or else, if it runs none, to `own`. Others may wait for these loads, and hold locks that
  // the destructor of a value takes.
  DiscardedEntries& Discarding(DiscardedEntries& own) const;

  // Returns what is to be kept, or none.
  std::optional<Draft> DraftOf(OwnLoad& own);
  static bool IsWanted(const Draft& draft);
  Fill FillOf(Draft draft);
  absl::Duration TimeToLive(const Load& load);
  // Asks the service about the keys that these were computed from, and registers them.
  void AskService(std::vector<Draft>& drafts) ABSL_LOCKS_EXCLUDED(unknown_mutex_);
  // Looks up the keys that a value was computed from and that are not known here. Returns whether
  // the service knows them all. The value expires no later than they do.
  bool AskForParts(Draft& draft, PartLookups& lookups) ABSL_LOCKS_EXCLUDED(unknown_mutex_);
  // Whether the service has answered about the value from the history in which it was loaded.
  bool IsAnswerFor(const Draft& draft, const Position& answer);
  // Registers entries with the service. Those that may not be kept have no known names then.
  void Register(absl::Span<Draft* const> drafts);

  const ForkMark fork_;
  const TaggedCacheOptions options_;
  const absl::Status refused_;  // OK, or why the options close the cache
  const std::shared_ptr<Clock> clock_;
  const std::function<double()> random_;
  const Client client_;
  const std::unique_ptr<CacheCore> core_;
  const std::unique_ptr<WaitGraph> waits_;
  // Stands for every type in a forked child.
  const std::unique_ptr<ValueType> no_type_;
  std::atomic<uint64_t> failed_callbacks_ = 0;

  // Held while a change is applied, by the subscription or by Drop.
  Mutex apply_mutex_;
  const std::unique_ptr<CompiledPatterns> patterns_ ABSL_PT_GUARDED_BY(apply_mutex_);

  mutable Mutex waiting_mutex_;
  CondVar changed_;
  absl::Status status_ ABSL_GUARDED_BY(waiting_mutex_);

  mutable Mutex unknown_mutex_;
  uint64_t fills_on_unknown_keys_ ABSL_GUARDED_BY(unknown_mutex_) = 0;
  std::string last_unknown_key_ ABSL_GUARDED_BY(unknown_mutex_);

  // Last: it uses all of the above. Null if the options were refused.
  std::unique_ptr<Subscription> subscription_;
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_SUBSCRIBED_CACHE_H_
