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

// The outcome of one attempt.
struct Attempt {
  absl::Status status;

  // The delay that the service asked for before the next attempt; zero if none.
  absl::Duration retry_delay = absl::ZeroDuration();
};

// Decides whether and when a call is retried: after every error that is not definitive
// (definitive_error.h), with backoff, while the deadline leaves time for another attempt. All
// methods of the service are safe to repeat, so all calls use this. Thread-compatible.
class RetrySchedule {
 public:
  // The call begins. `deadline` counts from now.
  RetrySchedule(const Runtime& runtime, absl::Duration deadline);

  // How long an attempt that begins now may take.
  absl::Duration Remaining() const { return end_ - clock_->Monotonic(); }

  // Whether an attempt that begins now waits for a connection. The first one does not, so that it
  // returns the reason of a failure. Later ones do, because gRPC notices a new connection only
  // while a call waits for it, and otherwise not for 5 s.
  bool WaitsForConnection() const { return attempts_ > 0; }

  // Takes the outcome of an attempt. Returns when to begin the next one, as Clock::Monotonic
  // counts; nothing if `attempt` was the last.
  std::optional<absl::Duration> NextAttempt(const Attempt& attempt);

  // Returns the status of a call whose last attempt ended with `status`. If that attempt only ran
  // out of time, it is the last error before it, which says more.
  absl::Status Result(const absl::Status& status) const;

 private:
  std::shared_ptr<Clock> clock_;
  absl::Duration end_;
  Backoff backoff_;
  int attempts_ = 0;
  absl::Status cause_;  // the last error other than DEADLINE_EXCEEDED
};

// The status of a call that its caller has cancelled between two attempts.
absl::Status CancelledByCaller();

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_RETRY_SCHEDULE_H_
