// SPDX-License-Identifier: Apache-2.0

#include "client/internal/retry.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "common/clock.h"
#include "common/mutex.h"

namespace cache_invalidation::client::internal {
namespace {

struct Generator {
  Mutex mutex;
  absl::BitGen bits ABSL_GUARDED_BY(mutex);
};

constexpr absl::Duration kDeadline = absl::Seconds(5);
constexpr absl::Duration kInvalidationDeadline = absl::Seconds(60);

}  // namespace

Backoff::Backoff(const BackoffOptions& options, std::function<double()> random)
    : options_(options), random_(std::move(random)), limit_(options.initial) {}

absl::Duration Backoff::Next() {
  const absl::Duration delay = limit_ * random_();
  limit_ = std::min(limit_ * options_.multiplier, options_.maximum);
  return delay;
}

std::shared_ptr<Clock> ClockOr(Clock* injected) {
  if (injected == nullptr) return std::make_shared<RealClock>();
  return {std::shared_ptr<void>(), injected};
}

std::function<double()> MakeRandom() {
  auto generator = std::make_shared<Generator>();
  return [generator] {
    MutexLock lock(generator->mutex);
    return absl::Uniform(generator->bits, 0.0, 1.0);
  };
}

Runtime MakeRuntime(ClientOptions options) {
  std::shared_ptr<const std::function<void(const CallAttempt&)>> on_attempt;
  if (options.on_attempt) {
    on_attempt = std::make_shared<const std::function<void(const CallAttempt&)>>(
        std::move(options.on_attempt));
  }
  return {.namespace_name = std::move(options.namespace_name),
          .deadline = options.deadline.value_or(kDeadline),
          .invalidation_deadline = options.deadline.value_or(kInvalidationDeadline),
          .backoff = options.backoff,
          .clock = ClockOr(options.clock),
          .random = options.random ? std::move(options.random) : MakeRandom(),
          .on_attempt = std::move(on_attempt),
          .metadata = nullptr,
          .error = absl::OkStatus()};
}

bool IsDefinitive(const absl::Status& error) {
  switch (error.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kUnimplemented:
      return true;
    default:
      return false;
  }
}

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

}  // namespace cache_invalidation::client::internal
