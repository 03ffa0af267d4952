#include "client/internal/retry_schedule.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::client::internal {

RetrySchedule::RetrySchedule(const Runtime& runtime, absl::Duration deadline)
    : clock_(runtime.clock),
      end_(clock_->Monotonic() + deadline),
      backoff_(runtime.backoff, runtime.random) {}

std::optional<absl::Duration> RetrySchedule::NextAttempt(const Attempt& attempt) {
  ++attempts_;
  if (!absl::IsUnavailable(attempt.status)) return std::nullopt;
  const absl::Duration next = clock_->Monotonic() + std::max(backoff_.Next(), attempt.retry_delay);
  if (next >= end_) return std::nullopt;
  return next;
}

absl::Status RetrySchedule::Answer(const absl::Status& status) const {
  if (!absl::IsUnavailable(status) || attempts_ <= 1) return status;
  return absl::Status(status.code(),
                      absl::StrCat(status.message(), " (tried ", attempts_, " times)"));
}

absl::Status CancelledByCaller() { return absl::CancelledError("cancelled by the caller"); }

}  // namespace cache_invalidation::client::internal
