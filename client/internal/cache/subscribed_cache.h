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
#include "client/internal/cache/cache_core.h"
#include "client/internal/cache/flight.h"
#include "client/internal/cache/fork_mark.h"
#include "client/internal/cache/untyped_cache.h"
#include "client/load.h"
#include "client/subscription.h"
#include "common/clock.h"
#include "common/limits.h"
#include "common/mutex.h"

namespace cache_invalidation::client::internal {

// A CacheCore with what it lacks: a clock, a subscription that feeds it, the service that registers
// its shared entries, and callers who wait for each other's loads. Thread-safe.
//
// In a process that was forked off it takes no lock, waits for nobody and is not destroyed: it is
// what the fork happened to leave of it.
class SubscribedCache final : public UntypedCache,
                              public std::enable_shared_from_this<SubscribedCache> {
 public:
  SubscribedCache(Client client, TaggedCacheOptions options);
  ~SubscribedCache() override ABSL_LOCKS_EXCLUDED(apply_mutex_);

  bool IsForked() const { return fork_.IsForked(); }

  Found Get(absl::string_view key, TypeToken type, const ReadOptions& options) override;
  absl::StatusOr<Found> GetOrLoad(absl::string_view key, TypeToken type,
                                  const UntypedLoader& loader, const ReadOptions& options) override;
  void Drop(const std::vector<std::string>& tags, const std::vector<std::string>& keys) override;
  void DropEverything() override;
  bool AwaitLive(absl::Duration patience) override;
  bool AwaitApplied(const Position& position, absl::Duration patience) override;
  absl::Status status() const override;
  CacheStatistics Statistics() const override;

 private:
  absl::Duration Now() const { return clock_->Monotonic(); }

  SubscriptionCallbacks Callbacks();
  void OnStarted(const SubscriptionStarted& started) ABSL_LOCKS_EXCLUDED(apply_mutex_);
  void OnReset(const SubscriptionReset& reset) ABSL_LOCKS_EXCLUDED(apply_mutex_);
  void OnEvent(const Event& event) ABSL_LOCKS_EXCLUDED(apply_mutex_);
  void OnProgress(const SubscriptionProgress& progress) ABSL_LOCKS_EXCLUDED(apply_mutex_);
  void OnEnded(const absl::Status& status);

  // Calls a callback of the application, if there is one, and counts if it throws.
  template <typename Told>
  void Tell(const std::function<void(const Told&)>& callback, const Told& told);

  // Blocks until `holds`, until the subscription ends for good or until the time is up; answers
  // whether it holds.
  bool Await(absl::Duration patience, absl::FunctionRef<bool()> holds)
      ABSL_LOCKS_EXCLUDED(waiting_mutex_);
  // Lets those who wait look again.
  void Notify() ABSL_LOCKS_EXCLUDED(waiting_mutex_);

  // Waits until another caller's load has ended.
  absl::Status Await(Flight& flight, absl::Duration deadline);

  // Runs a load that this caller has claimed, and ends it whatever happens. What the loader throws
  // is passed on.
  using Run = absl::FunctionRef<UntypedValue(Load&)>;
  UntypedValue Lead(Flight& flight, Run run);

  // Hands a load to the executor, which may run it, drop it or throw.
  void LeadInBackground(const std::shared_ptr<Flight>& flight, const UntypedLoader& loader);
  void RunQueued(Flight& flight, Run run);
  void DropQueued(Flight& flight);

  Fill MakeFill(const Flight& flight, const Load& load, std::shared_ptr<const void> value);
  absl::Duration TimeToLive(const Load& load);
  // Asks the service for the parts of a value that are not known here; returns whether it knows
  // them all. They end the value no later than it says.
  bool AskForParts(CacheCore::Resolution& resolution) ABSL_LOCKS_EXCLUDED(unknown_mutex_);
  // Registers the entry with the service; answers whether it may be kept.
  bool Register(const Flight& flight, const Load& load, const CacheCore::Resolution& resolution,
                absl::Duration ttl);

  const ForkMark fork_;
  const TaggedCacheOptions options_;
  const absl::Status refused_;  // OK, or why the options close the cache
  const std::shared_ptr<Clock> clock_;
  const std::function<double()> random_;
  const Client client_;
  CacheCore core_;
  std::atomic<uint64_t> failed_callbacks_ = 0;

  // Held while something is applied: one after the other, from the subscription or from Drop.
  Mutex apply_mutex_;
  CompiledPatterns patterns_ ABSL_GUARDED_BY(apply_mutex_){kMaxCompiledPatterns};

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
