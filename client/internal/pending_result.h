// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_PENDING_RESULT_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_PENDING_RESULT_H_

#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "common/mutex.h"

namespace cache_invalidation::client::internal {

// A value that one thread waits for and another sets. Thread-safe.
template <typename Value>
class PendingResult {
 public:
  // Called once.
  void Set(Value value) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    value_.emplace(std::move(value));
    set_.NotifyAll();  // with the lock: without it, the waiting thread may destroy this before
  }

  // Waits for the value. Called once.
  Value Take() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    while (!value_.has_value()) set_.Wait(mutex_);
    return *std::move(value_);
  }

 private:
  Mutex mutex_;
  CondVar set_;
  std::optional<Value> value_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_PENDING_RESULT_H_
