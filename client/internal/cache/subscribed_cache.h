#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_SUBSCRIBED_CACHE_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_SUBSCRIBED_CACHE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/cache_options.h"
#include "client/cache_statistics.h"
#include "client/client.h"
#include "client/internal/cache/untyped_value.h"
#include "client/load.h"
#include "client/position.h"
#include "client/subscription.h"
#include "common/clock.h"
#include "common/mutex.h"

namespace cache_invalidation::client::internal {

class CacheCore;
class CompiledPatterns;
class Flight;
struct Fill;
struct Resolution;

// Detects whether the process is a fork of the one in which the mark was made. A child has copies
// of all memory, but none of the threads: a lock that one of them held stays locked, data that one
// of them was changing stays inconsistent, and no events arrive.
//
// The count of forks is global, the only global state of the SDK: handlers of pthread_atfork belong
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

  Found Get(absl::string_view key, TypeToken type, const ReadOptions& options);

  // As Get; loads what it does not find. FAILED_PRECONDITION: the key is being loaded as another
  // type, or by this thread. DEADLINE_EXCEEDED: another caller's load took too long.
  absl::StatusOr<Found> GetOrLoad(absl::string_view key, TypeToken type,
                                  const UntypedLoader& loader, const ReadOptions& options);

  void Drop(const std::vector<std::string>& tags, const std::vector<std::string>& keys);
  void DropEverything();
  bool AwaitLive(absl::Duration patience);
  bool AwaitApplied(const Position& position, absl::Duration patience);
  absl::Status status() const;
  CacheStatistics Statistics() const;

 private:
  SubscribedCache(Client client, TaggedCacheOptions options);

  bool IsForked() const { return fork_.IsForked(); }
  absl::Duration Now() const { return clock_->Monotonic(); }

  SubscriptionCallbacks Callbacks();
  void OnStarted(const SubscriptionStarted& started) ABSL_LOCKS_EXCLUDED(apply_mutex_);
  void OnReset(const SubscriptionReset& reset) ABSL_LOCKS_EXCLUDED(apply_mutex_);
  void OnEvent(const Event& event) ABSL_LOCKS_EXCLUDED(apply_mutex_);
  void OnProgress(const SubscriptionProgress& progress) ABSL_LOCKS_EXCLUDED(apply_mutex_);
  void OnEnded(const absl::Status& status);

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

  // Waits until another caller's load has ended.
  absl::Status Await(Flight& flight, absl::Duration deadline);

  // Runs a load that this thread has claimed, and ends it in any case. Exceptions of the loader
  // propagate.
  using Run = absl::FunctionRef<UntypedValue(Load&)>;
  UntypedValue Lead(Flight& flight, Run run);

  // Hands a load to the executor, which may run it, drop it or throw.
  void LeadInBackground(const std::shared_ptr<Flight>& flight, const UntypedLoader& loader);
  void RunQueued(Flight& flight, Run run);
  void DropQueued(Flight& flight);

  Fill MakeFill(const Flight& flight, const Load& load, std::shared_ptr<const void> value);
  absl::Duration TimeToLive(const Load& load);
  // Looks up the keys that a value was computed from and that are not known here. Returns whether
  // the service knows them all. The value expires no later than they do.
  bool AskForParts(Resolution& resolution) ABSL_LOCKS_EXCLUDED(unknown_mutex_);
  // Registers the entry with the service. Returns whether it may be kept.
  bool Register(const Flight& flight, const Load& load, const Resolution& resolution,
                absl::Duration ttl);

  const ForkMark fork_;
  const TaggedCacheOptions options_;
  const absl::Status refused_;  // OK, or why the options close the cache
  const std::shared_ptr<Clock> clock_;
  const std::function<double()> random_;
  const Client client_;
  const std::unique_ptr<CacheCore> core_;
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
