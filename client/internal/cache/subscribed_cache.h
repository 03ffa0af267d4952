#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_SUBSCRIBED_CACHE_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_SUBSCRIBED_CACHE_H_

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
#include "client/internal/cache/untyped_cache.h"
#include "client/load.h"
#include "client/subscription.h"
#include "common/clock.h"
#include "common/mutex.h"

namespace cache_invalidation::client::internal {

// A CacheCore with what it lacks: a clock, a subscription that feeds it, the service that registers
// its shared entries, and callers who wait for each other's loads. Thread-safe.
class SubscribedCache final : public UntypedCache,
                              public std::enable_shared_from_this<SubscribedCache> {
 public:
  SubscribedCache(Client client, TaggedCacheOptions options);
  ~SubscribedCache() override;

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

  // Blocks until `holds`, until the subscription ends for good or until the time is up; answers
  // whether it holds.
  bool Await(absl::Duration patience, absl::FunctionRef<bool()> holds)
      ABSL_LOCKS_EXCLUDED(waiting_mutex_);
  // Lets those who wait look again.
  void Notify() ABSL_LOCKS_EXCLUDED(waiting_mutex_);

  // Waits until another caller's load has ended.
  absl::Status Await(Flight& flight, TypeToken type, absl::Duration deadline);

  // Runs a load that this caller leads.
  using Run = absl::FunctionRef<UntypedValue(Load&)>;
  UntypedValue Lead(Flight& flight, Run run);
  void LeadInBackground(const std::shared_ptr<Flight>& flight, const UntypedLoader& loader);
  Fill MakeFill(const Flight& flight, const Load& load, std::shared_ptr<const void> value);
  absl::Duration TimeToLive(const Load& load) const;
  // Registers the entry with the service; answers whether it may be kept.
  bool Register(const Flight& flight, const Load& load, const EntryNames& names,
                absl::Duration ttl);

  const TaggedCacheOptions options_;
  const std::shared_ptr<Clock> clock_;
  const std::function<double()> random_;
  const Client client_;
  CacheCore core_;

  // Held while something is applied: one after the other, from the subscription or from Drop.
  Mutex apply_mutex_;

  mutable Mutex waiting_mutex_;
  CondVar changed_;
  absl::Status status_ ABSL_GUARDED_BY(waiting_mutex_);

  std::unique_ptr<Subscription> subscription_;  // last: it uses all of the above
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_SUBSCRIBED_CACHE_H_
