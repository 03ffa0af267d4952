// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_TESTING_LOCAL_HISTORY_H_
#define CACHE_INVALIDATION_CLIENT_TESTING_LOCAL_HISTORY_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/event.h"
#include "client/position.h"
#include "client/subscription.h"
#include "client/waiting.h"
#include "client/write_event.h"
#include "common/clock.h"
#include "common/mutex.h"

namespace cache_invalidation::client {

// The events of a LocalConnection, and who gets them. What its methods promise is described there.
//
// Callbacks are queued under the lock and run without it, by one thread at a time: the next one
// that finds none running them. Thread-safe.
class LocalHistory {
 public:
  // One subscription.
  struct Subscriber {
    SubscribeParams params;
    uint64_t revision = 0;  // of its last event
    std::optional<ResetReason> reset = {};
    bool has_stopped = false;
  };

  LocalHistory(absl::Duration lease, Clock* clock);

  Position Publish(Event event) ABSL_LOCKS_EXCLUDED(mutex_);
  void Reset(ResetReason reason) ABSL_LOCKS_EXCLUDED(mutex_);
  void Disconnect(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);
  void Connect() ABSL_LOCKS_EXCLUDED(mutex_);
  void RenewLeases() ABSL_LOCKS_EXCLUDED(mutex_);

  std::shared_ptr<Subscriber> Add(const SubscribeParams& params) ABSL_LOCKS_EXCLUDED(mutex_);

  // When it returns, no callback of the subscriber is running, unless this is called by one.
  void Remove(const std::shared_ptr<Subscriber>& subscriber) ABSL_LOCKS_EXCLUDED(mutex_);

  // Records the writes of one command, and publishes them or asks for the answer.
  absl::StatusOr<WriteResult> Write(const std::vector<WriteEvent>& writes, bool waits)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void AnswerWrites(
      std::function<absl::StatusOr<WriteResult>(const std::vector<WriteEvent>&)> answer)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // OK while connected.
  absl::Status status() const ABSL_LOCKS_EXCLUDED(mutex_);
  Position head() const ABSL_LOCKS_EXCLUDED(mutex_);
  size_t subscriptions() const ABSL_LOCKS_EXCLUDED(mutex_);
  std::vector<WriteEvent> writes() const ABSL_LOCKS_EXCLUDED(mutex_);

  // The result of waiting for everyone who acknowledges: all have, because Publish returned.
  Waiting Waited() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Delivery {
    std::shared_ptr<Subscriber> subscriber;
    std::function<void(const SubscriptionCallbacks&)> run;
  };

  Position HeadLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Queues what the subscriber has not got yet, and the renewal of its lease.
  void Start(const std::shared_ptr<Subscriber>& subscriber) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CatchUp(const std::shared_ptr<Subscriber>& subscriber) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Queue(const std::shared_ptr<Subscriber>& subscriber,
             std::function<void(const SubscriptionCallbacks&)> run)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Runs what is queued, or waits until another thread has. From a callback: returns at once.
  void Deliver() ABSL_LOCKS_EXCLUDED(mutex_);

  const absl::Duration lease_;
  RealClock real_clock_;
  Clock* const clock_;

  mutable Mutex mutex_;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  int epoch_ ABSL_GUARDED_BY(mutex_) = 1;
  uint64_t trimmed_ ABSL_GUARDED_BY(mutex_) = 0;  // the revision before the first of events_
  std::vector<Event> events_ ABSL_GUARDED_BY(mutex_);
  std::vector<WriteEvent> writes_ ABSL_GUARDED_BY(mutex_);
  std::function<absl::StatusOr<WriteResult>(const std::vector<WriteEvent>&)> answer_
      ABSL_GUARDED_BY(mutex_);
  std::list<std::shared_ptr<Subscriber>> subscribers_ ABSL_GUARDED_BY(mutex_);

  std::deque<Delivery> queue_ ABSL_GUARDED_BY(mutex_);
  uint64_t queued_ ABSL_GUARDED_BY(mutex_) = 0;     // how many ever
  uint64_t delivered_ ABSL_GUARDED_BY(mutex_) = 0;  // of these
  std::thread::id deliverer_ ABSL_GUARDED_BY(mutex_);
  const Subscriber* receiving_ ABSL_GUARDED_BY(mutex_);
  CondVar delivered_more_;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_TESTING_LOCAL_HISTORY_H_
