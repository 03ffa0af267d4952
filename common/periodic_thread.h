// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_COMMON_PERIODIC_THREAD_H_
#define CACHE_INVALIDATION_COMMON_PERIODIC_THREAD_H_

#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/mutex.h"

namespace cache_invalidation {

// A thread that does something at once, and then again whenever the interval has passed since it
// was done. Thread-safe.
class PeriodicThread {
 public:
  // `clock` must outlive the object.
  PeriodicThread(Clock& clock, absl::Duration interval, std::function<void()> act);
  // Waits for the end of what is being done.
  ~PeriodicThread();

  PeriodicThread(const PeriodicThread&) = delete;
  PeriodicThread& operator=(const PeriodicThread&) = delete;

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);

  Clock& clock_;
  const absl::Duration interval_;
  const std::function<void()> act_;
  Mutex mutex_;  // not held while it acts
  CondVar changed_;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_PERIODIC_THREAD_H_
