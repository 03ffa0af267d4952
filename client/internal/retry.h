// SPDX-License-Identifier: Apache-2.0

// When a call is tried again, and what calls run with. Without gRPC.

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_RETRY_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_RETRY_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/call_options.h"
#include "client/client_options.h"
#include "common/clock.h"

namespace cache_invalidation::client::internal {

// Exponential backoff with full jitter: each delay is random between 0 and the current limit.
// Thread-compatible.
class Backoff {
 public:
  // `random` returns numbers in [0, 1).
  Backoff(const BackoffOptions& options, std::function<double()> random);

  // Returns the delay before the next attempt, and raises the limit.
  absl::Duration Next();

  // Resets the limit, after an attempt that succeeded or made progress.
  void Reset() { limit_ = options_.initial; }

 private:
  BackoffOptions options_;
  std::function<double()> random_;
  absl::Duration limit_;
};

// Returns the clock that was injected, which is not owned, or a real one if it is null.
std::shared_ptr<Clock> ClockOr(Clock* injected);

// Returns a source of random numbers in [0, 1), with a random seed. Thread-safe.
std::function<double()> MakeRandom();

class ConnectionMetadata;

// ClientOptions with all defaults filled in. Copied into everything that may outlive the
// Connection.
struct Runtime {
  std::string namespace_name;
  absl::Duration deadline;
  absl::Duration invalidation_deadline;  // for calls that invalidate
  BackoffOptions backoff;
  std::shared_ptr<Clock> clock;    // owned unless the options have one
  std::function<double()> random;  // thread-safe

  std::shared_ptr<const std::function<void(const CallAttempt&)>> on_attempt;  // null: none
  std::shared_ptr<ConnectionMetadata> metadata;  // null: none (metadata.h)

  // What is wrong with the options: every call and stream fails with it.
  absl::Status error;

  // Reports an attempt to ClientOptions::on_attempt.
  void Report(const CallAttempt& attempt) const {
    if (on_attempt != nullptr) (*on_attempt)(attempt);
  }

  // Returns the namespace of a call.
  const std::string& Namespace(const CallOptions& call) const {
    return call.namespace_name.has_value() ? *call.namespace_name : namespace_name;
  }
};

// Without `metadata` and `error`, which need files.
Runtime MakeRuntime(ClientOptions options);

// Whether the same request would fail again, because it is wrong, too large or not permitted. Every
// other error, also CANCELLED and UNKNOWN, may come from the network or be temporary. All requests
// are safe to repeat, so these are retried.
bool IsDefinitive(const absl::Status& error);

// The outcome of one attempt.
struct Attempt {
  absl::Status status;

  // The delay that the service asked for before the next attempt; zero if none.
  absl::Duration retry_delay = absl::ZeroDuration();
};

// Decides whether and when a call is retried: after every error that is not definitive
// (IsDefinitive), with backoff, while the deadline leaves time for another attempt. All
// methods of the service are safe to repeat, so all calls use this. Thread-compatible.
class RetrySchedule {
 public:
  // The call begins. `deadline` counts from now.
  RetrySchedule(const Runtime& runtime, absl::Duration deadline);

  // The number of attempts that have ended.
  int attempts() const { return attempts_; }

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

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_RETRY_H_
