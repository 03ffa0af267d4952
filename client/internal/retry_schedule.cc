#include "client/internal/retry_schedule.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/internal/definitive_error.h"

namespace cache_invalidation::client::internal {

RetrySchedule::RetrySchedule(const Runtime& runtime, absl::Duration deadline)
    : clock_(runtime.clock),
      end_(clock_->Monotonic() + deadline),
      backoff_(runtime.backoff, runtime.random) {}

std::optional<absl::Duration> RetrySchedule::NextAttempt(const Attempt& attempt) {
  ++attempts_;
  if (attempt.status.ok() || IsDefinitive(attempt.status)) return std::nullopt;
  if (!absl::IsDeadlineExceeded(attempt.status)) cause_ = attempt.status;
  const absl::Duration next = clock_->Monotonic() + std::max(backoff_.Next(), attempt.retry_delay);
  if (next >= end_) return std::nullopt;
  return next;
}

absl::Status RetrySchedule::Result(const absl::Status& status) const {
  if (status.ok() || IsDefinitive(status) || attempts_ <= 1) return status;
  const absl::Status& cause = cause_.ok() ? status : cause_;
  return absl::Status(cause.code(),
                      absl::StrCat(cause.message(), " (tried ", attempts_, " times)"));
}

absl::Status CancelledByCaller() { return absl::CancelledError("cancelled by the caller"); }

}  // namespace cache_invalidation::client::internal
