// SPDX-License-Identifier: Apache-2.0

#include "client/internal/started_call.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "client/internal/metadata.h"
#include "grpc/support/time.h"

namespace cache_invalidation::client::internal {
namespace {

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
void Prepare(const RetrySchedule& schedule, absl::Duration remaining,
             grpc::ClientContext& context) {
  // A duration, not a time, because gRPC uses its own clock, not the injected one.
  context.set_deadline(gpr_time_from_micros(
      absl::ToInt64Microseconds(std::min(remaining, kLongestCall)), GPR_TIMESPAN));
  context.set_wait_for_ready(schedule.WaitsForConnection());
}

// Returns the outcome of an attempt that has ended, with the delay that the service asked for.
//
// A limit that asks for a delay is one of calls per second: it says nothing against the request. If
// it lasts until the deadline, the call was not taken, and that is UNAVAILABLE: RESOURCE_EXHAUSTED
// would mean that the request is too large, and a writer would widen what it invalidates.
Attempt AttemptOf(const grpc::ClientContext& context, const grpc::Status& status) {
  if (status.ok()) return {absl::OkStatus()};
  const absl::Status error = FromGrpc(status);
  const absl::Duration delay = RetryDelay(context);
  if (absl::IsResourceExhausted(error) && delay > absl::ZeroDuration()) {
    return {absl::UnavailableError(error.message()), delay};
  }
  return {error, delay};
}

}  // namespace

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

void AddMetadata(const CallMetadata& metadata, grpc::ClientContext& context) {
  for (const auto& [name, value] : metadata) context.AddMetadata(name, value);
}

void StartedCall::Begin() {
  const absl::Status error = Check();
  if (!error.ok()) return End(error);
  if (call_.cancellation.stop_possible()) {
    on_stop_.emplace(call_.cancellation, [this] { Stop(); });
  }
  MakeAttempt();
}

absl::Status StartedCall::Check() const {
  if (!runtime_.error.ok()) return runtime_.error;
  return CheckCallMetadata(call_.metadata);
}

void StartedCall::MakeAttempt() {
  grpc::ClientContext* context = nullptr;
  {
    MutexLock lock(mutex_);
    alarm_.reset();
    // A later stop finds the context. Cancelling a context also works before its call has begun.
    if (!call_.cancellation.stop_requested()) {
      context_ = std::make_unique<grpc::ClientContext>();
      context = context_.get();
    }
  }
  if (context == nullptr) return End(absl::CancelledError("cancelled by the caller"));
  if (runtime_.metadata != nullptr) AddMetadata(runtime_.metadata->Get(), *context);
  AddMetadata(call_.metadata, *context);
  begun_ = runtime_.clock->Monotonic();
  const absl::Duration remaining = schedule_.Remaining();
  Prepare(schedule_, remaining, *context);
  Send(*context, remaining,
       [self = shared_from_this()](const grpc::Status& status) { self->TakeResult(status); });
}

void StartedCall::TakeResult(const grpc::Status& status) {
  Attempt attempt;
  {
    MutexLock lock(mutex_);
    attempt = AttemptOf(*context_, status);
  }
  const std::optional<absl::Duration> next = schedule_.NextAttempt(attempt);
  Report(attempt.status, next.has_value());
  if (next.has_value()) {
    WaitUntil(*next);
  } else {
    End(schedule_.Result(attempt.status));
  }
}

void StartedCall::Report(const absl::Status& status, bool will_retry) const {
  if (runtime_.on_attempt == nullptr) return;
  runtime_.Report({.method = call_.method,
                   .number = static_cast<uint32_t>(schedule_.attempts()),
                   .latency = runtime_.clock->Monotonic() - begun_,
                   .status = status,
                   .will_retry = will_retry,
                   .metadata = call_.metadata});
}

// Uses gRPC's timers, also if the injected clock is another.
void StartedCall::WaitUntil(absl::Duration next) {
  const absl::Duration span = std::max(next - runtime_.clock->Monotonic(), absl::ZeroDuration());
  MutexLock lock(mutex_);
  alarm_ = std::make_unique<grpc::Alarm>();
  alarm_->Set(gpr_time_from_micros(absl::ToInt64Microseconds(span), GPR_TIMESPAN),
              [self = shared_from_this()](bool /*expired*/) { self->MakeAttempt(); });
  if (call_.cancellation.stop_requested()) alarm_->Cancel();
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
  // What the application gave: gRPC may hold this object for longer than its connection lives.
  runtime_.on_attempt.reset();
  runtime_.metadata.reset();
  Finish(status);
}

}  // namespace cache_invalidation::client::internal
