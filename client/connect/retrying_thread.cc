// SPDX-License-Identifier: Apache-2.0

#include "client/connect/retrying_thread.h"

#include <algorithm>
#include <utility>

namespace cache_invalidation::connect {
namespace {

constexpr absl::Duration kShortestPause = absl::Milliseconds(100);
// What has lasted for this time was no failed attempt.
constexpr absl::Duration kLasted = absl::Seconds(10);

}  // namespace

RetryingThread::RetryingThread(Clock& clock, journal::Journal& journal, journal::Field whose,
                               absl::Duration longest_pause,
                               std::function<absl::Status(const std::stop_token& stop)> act,
                               std::function<void(absl::string_view why)> on_end)
    : clock_(clock),
      journal_(journal),
      whose_(std::move(whose)),
      longest_pause_(longest_pause),
      act_(std::move(act)),
      on_end_(std::move(on_end)),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

void RetryingThread::Run(const std::stop_token& stop) {
  const std::stop_callback on_stop(stop, [this] {
    MutexLock lock(mutex_);
    stopped_.NotifyAll();
  });
  absl::Duration pause = kShortestPause;
  while (!stop.stop_requested()) {
    const absl::Duration begun = clock_.Monotonic();
    const absl::Status status = act_(stop);
    if (stop.stop_requested()) return;
    on_end_(status.message());
    journal_.Write(
        {journal::Level::kWarning, "not following", {whose_}, std::string(status.message())});
    if (clock_.Monotonic() - begun > kLasted) pause = kShortestPause;
    const absl::Duration end = clock_.Monotonic() + pause;
    pause = std::min(2 * pause, longest_pause_);
    MutexLock lock(mutex_);
    while (!stop.stop_requested() && !clock_.WaitUntil(mutex_, stopped_, end)) {
    }
  }
}

}  // namespace cache_invalidation::connect
