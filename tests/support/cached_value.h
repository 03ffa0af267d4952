// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SUPPORT_CACHED_VALUE_H_
#define CACHE_INVALIDATION_TESTS_SUPPORT_CACHED_VALUE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "client/client.h"
#include "common/clock.h"
#include "common/mutex.h"

namespace cache_invalidation {

// A correct cache of one value: it drops the value at every event and reset, refuses a fill if an
// invalidation arrived during the load, and serves misses after its lease has expired and until it
// has applied the head of the next stream. Thread-safe.
class CachedValue {
 public:
  // The value increases with every write. `database` must outlive the cache.
  explicit CachedValue(const std::atomic<uint64_t>& database) : database_(database) {}

  // REQUIRES: not subscribed.
  void Subscribe(const client::Client& client, client::SubscriptionOptions options);
  void Unsubscribe() { subscription_.reset(); }

  // Returns what it serves without reading the database; absent: a miss.
  std::optional<uint64_t> Serve() ABSL_LOCKS_EXCLUDED(mutex_);

  // Loads the value, and keeps it unless something was invalidated meanwhile.
  void Fill() ABSL_LOCKS_EXCLUDED(mutex_);

  // Blocks its subscriber for `time` at the next callback.
  void StandStill(absl::Duration time) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void OnStarted(const client::SubscriptionStarted& started) ABSL_LOCKS_EXCLUDED(mutex_);
  void OnReset(const client::SubscriptionReset& reset) ABSL_LOCKS_EXCLUDED(mutex_);
  void OnEvent(const client::Event& event) ABSL_LOCKS_EXCLUDED(mutex_);
  void OnProgress(const client::SubscriptionProgress& progress) ABSL_LOCKS_EXCLUDED(mutex_);

  void Drop() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ObeyStandStill() ABSL_LOCKS_EXCLUDED(mutex_);

  const std::atomic<uint64_t>& database_;
  RealClock clock_;
  Mutex mutex_;
  std::optional<uint64_t> value_ ABSL_GUARDED_BY(mutex_);
  uint64_t generation_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t applied_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t serves_from_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Duration lease_end_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
  absl::Duration stand_still_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<client::Subscription> subscription_;  // last: its callbacks use all of the above
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_SUPPORT_CACHED_VALUE_H_
