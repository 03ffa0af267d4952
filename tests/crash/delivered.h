// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CRASH_DELIVERED_H_
#define CACHE_INVALIDATION_TESTS_CRASH_DELIVERED_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "client/client.h"
#include "common/mutex.h"
#include "tests/conformance/history.h"

namespace cache_invalidation {

// What a subscription of the SDK, without filter and from the beginning of a namespace on, delivers
// to its application: every event in order and once, and a reset in place of missing ones.
// Thread-safe.
class Delivered {
 public:
  // Subscribes as "delivered", and acknowledges. Returns when it has started.
  explicit Delivered(const client::Client& client, absl::Duration lease = absl::Seconds(10));

  // Returns the number of resets.
  int resets() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Blocks until that revision has been delivered.
  void Await(uint64_t revision) ABSL_LOCKS_EXCLUDED(mutex_);

  // Blocks until it has detected the loss of a stream.
  void AwaitLoss() ABSL_LOCKS_EXCLUDED(mutex_);

  // Waits for all of `published`. Returns as text every difference in what was delivered.
  std::vector<std::string> DifferencesFrom(const conformance::PublishedHistory& published)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void OnStarted() ABSL_LOCKS_EXCLUDED(mutex_);
  void OnDisconnected() ABSL_LOCKS_EXCLUDED(mutex_);
  void OnEvent(const client::Event& event) ABSL_LOCKS_EXCLUDED(mutex_);
  void OnReset(const client::SubscriptionReset& reset) ABSL_LOCKS_EXCLUDED(mutex_);
  void AwaitLocked(uint64_t revision) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  CondVar changed_;
  bool started_ ABSL_GUARDED_BY(mutex_) = false;
  bool lost_ ABSL_GUARDED_BY(mutex_) = false;
  int resets_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t last_ ABSL_GUARDED_BY(mutex_) = 0;
  // "REVISION NAME NAME ..." of each event.
  std::vector<std::string> events_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> violations_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<client::Subscription> subscription_;  // last: its callbacks use all of the above
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_CRASH_DELIVERED_H_
