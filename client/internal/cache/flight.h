// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_FLIGHT_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_FLIGHT_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/internal/cache/applied_history.h"
#include "client/internal/cache/entry.h"
#include "client/internal/cache/untyped_value.h"
#include "client/internal/cache/value_type.h"
#include "client/position.h"
#include "common/clock.h"
#include "common/mutex.h"

namespace cache_invalidation::client::internal {

// The state of a cache when a load began.
struct LoadStart {
  Moment moment = {};
  Position position = {};
  uint64_t number = 0;  // loads are numbered in the order of their beginning
};

// The state of a cache when a caller arrived.
struct Arrival {
  Moment moment = {};
  uint64_t loads = 0;  // the number of the last load that had begun

  // Whether the lease ran, so that everything that completed waiting calls invalidate was applied.
  bool is_open = false;
};

// The load of one key, which one caller runs and others may share. A thread must claim it to run
// it: a caller that leads does so at once; a load for an executor is claimed by the executor or by
// the first caller that needs it. Thread-safe.
class Flight {
 public:
  Flight(std::string key, ValueType& type, LoadStart start)
      : key_(std::move(key)), hash_(KeyHash(key_)), type_(type), start_(std::move(start)) {}

  const std::string& key() const { return key_; }
  size_t hash() const { return hash_; }
  ValueType& type() const { return type_; }
  const LoadStart& start() const { return start_; }

  // Ends it, and runs the callbacks. Called once. `first_touch` is the first step after the start
  // that touched the value; the step right after the start if its names are unknown; 0 if not even
  // that is known. `is_shareable`: false if only the caller that ran it may use the value.
  // `has_run`: whether a loader did.
  void Complete(UntypedValue value, uint64_t first_touch, bool is_shareable = true,
                bool has_run = true) ABSL_LOCKS_EXCLUDED(mutex_) {
    std::vector<Callback> callbacks;
    {
      MutexLock lock(mutex_);
      value_ = std::move(value);
      first_touch_ = first_touch;
      is_shareable_ = is_shareable;
      has_run_ = has_run;
      done_ = true;
      ended_.NotifyAll();
      callbacks = std::move(callbacks_);
    }
    for (const Callback& callback : callbacks) callback(*this);
  }

  // Calls `callback`, which must not throw, when it has ended: on the thread that ends it, or at
  // once. The flight must be kept alive until then.
  using Callback = std::function<void(const Flight& flight)>;
  void OnEnded(Callback callback) ABSL_LOCKS_EXCLUDED(mutex_) {
    {
      MutexLock lock(mutex_);
      if (!done_) {
        callbacks_.push_back(std::move(callback));
        return;
      }
    }
    callback(*this);
  }

  bool IsDone() const ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    return done_;
  }

  // Waits until it has ended. Returns false if `deadline` passes first.
  bool Await(Clock& clock, absl::Duration deadline) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    while (!done_) {
      if (clock.WaitUntil(mutex_, ended_, deadline)) return done_;
    }
    return true;
  }

  // The loaded value, or the error. REQUIRES: it is done.
  UntypedValue value() const ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    return value_;
  }

  // Whether a loader ran. REQUIRES: it is done.
  bool has_run() const ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    return has_run_;
  }

  // Whether a caller that did not run it may use the value. A caller that arrived before the start
  // may. One that arrived during the load may if nothing that touches the value was applied between
  // the start and its arrival, and if the lease ran: without a lease, an invalidation that the
  // caller must see may not have been applied. REQUIRES: it is done.
  bool MayBeSharedWith(const Arrival& arrival) const ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    if (!is_shareable_) return false;
    if (start_.number > arrival.loads) return true;
    return arrival.is_open && arrival.moment.resets == start_.moment.resets &&
           arrival.moment.step < first_touch_;
  }

  // Returns whether the calling thread is the first to claim it. If so, it must run and end it.
  bool Claim() {
    std::thread::id nobody;
    return thread_.compare_exchange_strong(nobody, std::this_thread::get_id());
  }

  // The thread that has claimed it.
  std::thread::id thread() const { return thread_.load(); }

 private:
  const std::string key_;
  const size_t hash_;
  ValueType& type_;
  const LoadStart start_;
  std::atomic<std::thread::id> thread_ = std::thread::id();

  mutable Mutex mutex_;
  CondVar ended_;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  UntypedValue value_ ABSL_GUARDED_BY(mutex_) = absl::UnavailableError("");
  uint64_t first_touch_ ABSL_GUARDED_BY(mutex_) = 0;
  bool is_shareable_ ABSL_GUARDED_BY(mutex_) = true;
  bool has_run_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Callback> callbacks_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_FLIGHT_H_
