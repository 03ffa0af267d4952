#include "client/internal/started_call.h"

#include <algorithm>

#include "grpc/support/time.h"

namespace cache_invalidation::client::internal {

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
  if (context == nullptr) return End(CancelledByCaller());
  Prepare(schedule_, *context);
  Send(*context,
       [self = shared_from_this()](const grpc::Status& status) { self->TakeAnswer(status); });
}

void StartedCall::TakeAnswer(const grpc::Status& status) {
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
