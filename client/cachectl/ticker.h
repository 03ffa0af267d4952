#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_TICKER_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_TICKER_H_

#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/mutex.h"

namespace cache_invalidation::cachectl {

// Calls a function at intervals, on a thread of its own, the first time after one interval.
class Ticker {
 public:
  // `clock` must outlive it. With an infinite interval `tick` is never called.
  Ticker(Clock& clock, absl::Duration interval, std::function<void()> tick);

  // Once this returns, `tick` does not run any more.
  ~Ticker();

  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);

  Clock& clock_;
  const absl::Duration interval_;
  const std::function<void()> tick_;
  Mutex mutex_;
  CondVar stopped_changed_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_TICKER_H_
