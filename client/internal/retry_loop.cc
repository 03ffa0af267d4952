#include "client/internal/retry_loop.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/internal/backoff.h"
#include "common/mutex.h"

namespace cache_invalidation::client::internal {
namespace {

void Sleep(Clock& clock, absl::Duration until) {
  Mutex mutex;
  CondVar never_notified;
  MutexLock lock(mutex);
  while (clock.Monotonic() < until) clock.WaitUntil(mutex, never_notified, until);
}

absl::Status Annotate(const absl::Status& status, int attempts) {
  if (attempts == 1) return status;
  return absl::Status(status.code(),
                      absl::StrCat(status.message(), " (tried ", attempts, " times)"));
}

}  // namespace

absl::Status RunWithRetries(const Runtime& runtime, absl::Duration deadline,
                            absl::FunctionRef<Attempt(absl::Duration remaining)> attempt) {
  Clock& clock = *runtime.clock;
  const absl::Duration end = clock.Monotonic() + deadline;
  Backoff backoff(runtime.backoff, runtime.random);
  for (int attempts = 1;; ++attempts) {
    const Attempt last = attempt(end - clock.Monotonic());
    if (!absl::IsUnavailable(last.status)) return last.status;
    const absl::Duration next = clock.Monotonic() + std::max(backoff.Next(), last.retry_delay);
    if (next >= end) return Annotate(last.status, attempts);
    Sleep(clock, next);
  }
}

}  // namespace cache_invalidation::client::internal
