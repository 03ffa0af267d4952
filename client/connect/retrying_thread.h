// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_RETRYING_THREAD_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_RETRYING_THREAD_H_

#include <functional>
#include <stop_token>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "server/journal/journal.h"

namespace cache_invalidation::connect {

// A thread that does something as long as it goes, and begins again whenever it has ended: after
// 0.1 s, and after twice the time whenever it did not last, up to `longest_pause`. The destructor
// requests the stop, and waits.
class RetryingThread {
 public:
  // `act` returns why it has ended. Unless it was stopped, `on_end` is called with that, and it is
  // written to the journal with `whose`. The references must outlive the object.
  RetryingThread(Clock& clock, journal::Journal& journal, journal::Field whose,
                 absl::Duration longest_pause,
                 std::function<absl::Status(const std::stop_token& stop)> act,
                 std::function<void(absl::string_view why)> on_end);

 private:
  void Run(const std::stop_token& stop) ABSL_LOCKS_EXCLUDED(mutex_);

  Clock& clock_;
  journal::Journal& journal_;
  const journal::Field whose_;
  const absl::Duration longest_pause_;
  const std::function<absl::Status(const std::stop_token&)> act_;
  const std::function<void(absl::string_view)> on_end_;
  Mutex mutex_;  // for `stopped_`
  CondVar stopped_;
  const std::jthread thread_;  // last: it uses all of the above
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_RETRYING_THREAD_H_
