#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_RETRY_SCHEDULE_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_RETRY_SCHEDULE_H_

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/internal/backoff.h"
#include "client/internal/runtime.h"
#include "common/clock.h"

namespace cache_invalidation::client::internal {

// What one attempt came to.
struct Attempt {
  absl::Status status;

  // How long the service asked to wait before the next one; zero if it said nothing.
  absl::Duration retry_delay = absl::ZeroDuration();
};

// Whether and when a call is tried again: after every error that is not definitive
// (definitive_error.h), with backoff, while its deadline leaves time for another attempt. Every
// method of the service may be repeated, so every call goes by this. Thread-compatible.
class RetrySchedule {
 public:
  // The call begins. `deadline` is a span from now.
  RetrySchedule(const Runtime& runtime, absl::Duration deadline);

  // How long the attempt that begins now may take.
  absl::Duration Remaining() const { return end_ - clock_->Monotonic(); }

  // Whether the attempt that begins now waits for a connection. The first one does not: it finds
  // out what is wrong. Later ones do, because gRPC notices that a connection came about only while
  // a call waits for it, and otherwise not for 5 s.
  bool WaitsForConnection() const { return attempts_ > 0; }

  // Takes what an attempt came to. When to begin the next one, on the scale of Clock::Monotonic;
  // nothing: `attempt` was the last.
  std::optional<absl::Duration> NextAttempt(const Attempt& attempt);

  // What the call answers whose last attempt came to `status`. If that only ran out of time, what
  // kept the attempts before from succeeding says more.
  absl::Status Answer(const absl::Status& status) const;

 private:
  std::shared_ptr<Clock> clock_;
  absl::Duration end_;
  Backoff backoff_;
  int attempts_ = 0;
  absl::Status cause_;  // the last error other than DEADLINE_EXCEEDED
};

// What a call answers that its caller has cancelled between two attempts.
absl::Status CancelledByCaller();

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_RETRY_SCHEDULE_H_
