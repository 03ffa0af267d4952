#include "client/internal/started_call.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "grpc/support/time.h"

namespace cache_invalidation::client::internal {
namespace {

// A wait without a timeout ends with the longest lease (60 s) and its margin.
constexpr absl::Duration kLongestWait = absl::Seconds(67);

// A deadline too far away would overflow. No call should take longer.
constexpr absl::Duration kLongestCall = absl::Hours(24);

// gRPC's convention: the delay in milliseconds that the server asks for.
constexpr char kPushbackKey[] = "grpc-retry-pushback-ms";

absl::Duration RetryDelay(const grpc::ClientContext& context) {
  const auto& metadata = context.GetServerTrailingMetadata();
  const auto found = metadata.find(kPushbackKey);
  int64_t milliseconds = 0;
  if (found == metadata.end() ||
      !absl::SimpleAtoi(absl::string_view(found->second.data(), found->second.size()),
                        &milliseconds)) {
    return absl::ZeroDuration();
  }
  return absl::Milliseconds(std::max<int64_t>(milliseconds, 0));
}

// Sets the deadline and the options of an attempt that begins now.
void Prepare(const RetrySchedule& schedule, grpc::ClientContext& context) {
  // A duration, not a time, because gRPC uses its own clock, not the injected one.
  context.set_deadline(gpr_time_from_micros(
      absl::ToInt64Microseconds(std::min(schedule.Remaining(), kLongestCall)), GPR_TIMESPAN));
  context.set_wait_for_ready(schedule.WaitsForConnection());
}

// Returns the outcome of an attempt that has ended, with the delay that the service asked for.
Attempt AttemptOf(const grpc::ClientContext& context, const grpc::Status& status) {
  if (status.ok()) return {absl::OkStatus()};
  return {FromGrpc(status), RetryDelay(context)};
}

}  // namespace

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

absl::Duration ExtraFor(const std::optional<WaitForSubscribers>& wait) {
  if (!wait.has_value()) return absl::ZeroDuration();
  return wait->timeout.value_or(kLongestWait);
}

void StartedCall::Begin() {
  if (cancellation_.stop_possible()) on_stop_.emplace(cancellation_, [this] { Stop(); });
  MakeAttempt();
}

void StartedCall::MakeAttempt() {
  grpc::ClientContext* context = nullptr;
  {
    MutexLock lock(mutex_);
    alarm_.reset();
    // A later stop finds the context. Cancelling a context also works before its call has begun.
    if (!cancellation_.stop_requested()) {
      context_ = std::make_unique<grpc::ClientContext>();
      context = context_.get();
    }
  }
  if (context == nullptr) return End(absl::CancelledError("cancelled by the caller"));
  Prepare(schedule_, *context);
  Send(*context,
       [self = shared_from_this()](const grpc::Status& status) { self->TakeResult(status); });
}

void StartedCall::TakeResult(const grpc::Status& status) {
  Attempt attempt;
  {
    MutexLock lock(mutex_);
    attempt = AttemptOf(*context_, status);
  }
  const std::optional<absl::Duration> next = schedule_.NextAttempt(attempt);
  if (next.has_value()) {
    WaitUntil(*next);
  } else {
    End(schedule_.Result(attempt.status));
  }
}

// Uses gRPC's timers, also if the injected clock is another.
void StartedCall::WaitUntil(absl::Duration next) {
  const absl::Duration span = std::max(next - clock_->Monotonic(), absl::ZeroDuration());
  MutexLock lock(mutex_);
  alarm_ = std::make_unique<grpc::Alarm>();
  alarm_->Set(gpr_time_from_micros(absl::ToInt64Microseconds(span), GPR_TIMESPAN),
              [self = shared_from_this()](bool /*expired*/) { self->MakeAttempt(); });
  if (cancellation_.stop_requested()) alarm_->Cancel();
}

void StartedCall::Stop() {
  MutexLock lock(mutex_);
  if (context_ != nullptr) context_->TryCancel();
  if (alarm_ != nullptr) alarm_->Cancel();
}

void StartedCall::End(const absl::Status& status) {
  // Waits for a running Stop. No other follows.
  on_stop_.reset();
  {
    MutexLock lock(mutex_);
    context_.reset();
  }
  Finish(status);
}

}  // namespace cache_invalidation::client::internal
