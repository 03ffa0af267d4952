#include "client/internal/retry_loop.h"

#include <optional>

#include "common/mutex.h"

namespace cache_invalidation::client::internal {
namespace {

void Sleep(Clock& clock, absl::Duration until, const std::stop_token& cancellation) {
  Mutex mutex;
  CondVar stopped;
  const std::stop_callback wake(cancellation, [&] {
    MutexLock lock(mutex);
    stopped.NotifyAll();
  });
  MutexLock lock(mutex);
  while (!cancellation.stop_requested() && clock.Monotonic() < until) {
    clock.WaitUntil(mutex, stopped, until);
  }
}

}  // namespace

absl::Status RunWithRetries(const Runtime& runtime, absl::Duration deadline,
                            const std::stop_token& cancellation,
                            absl::FunctionRef<Attempt(const RetrySchedule& schedule)> attempt) {
  RetrySchedule schedule(runtime, deadline);
  while (!cancellation.stop_requested()) {
    const Attempt last = attempt(schedule);
    const std::optional<absl::Duration> next = schedule.NextAttempt(last);
    if (!next.has_value()) return schedule.Answer(last.status);
    Sleep(*runtime.clock, *next, cancellation);
  }
  return CancelledByCaller();
}

}  // namespace cache_invalidation::client::internal
