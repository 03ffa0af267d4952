#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_RETRYING_THREAD_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_RETRYING_THREAD_H_

#include <functional>
#include <stop_token>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/mutex.h"

namespace cache_invalidation::connect {

// A thread that does something as long as it goes, and begins again whenever it has ended: after
// 0.1 s, and after twice the time whenever it did not last, up to `longest_pause`. The destructor
// requests the stop, and waits.
class RetryingThread {
 public:
  // `act` returns why it has ended. `on_end` is called with that, unless it was stopped. The clock
  // must outlive the object.
  RetryingThread(Clock& clock, absl::Duration longest_pause,
                 std::function<absl::Status(std::stop_token stop)> act,
                 std::function<void(const absl::Status&)> on_end);

 private:
  void Run(const std::stop_token& stop) ABSL_LOCKS_EXCLUDED(mutex_);

  Clock& clock_;
  const absl::Duration longest_pause_;
  const std::function<absl::Status(std::stop_token)> act_;
  const std::function<void(const absl::Status&)> on_end_;
  Mutex mutex_;  // for `stopped_`
  CondVar stopped_;
  const std::jthread thread_;  // last: it uses all of the above
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_RETRYING_THREAD_H_
