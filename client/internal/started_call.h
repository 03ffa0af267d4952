// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_STARTED_CALL_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_STARTED_CALL_H_

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/call_options.h"
#include "client/internal/conversion/conversion.h"
#include "client/internal/retry.h"
#include "common/limits.h"
#include "common/longest_wait.h"
#include "common/mutex.h"
#include "grpcpp/alarm.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/status.h"

namespace cache_invalidation::client::internal {

// The one place that converts a status of gRPC.
absl::Status FromGrpc(const grpc::Status& status);

// Adds metadata that was checked (metadata.h).
void AddMetadata(const CallMetadata& metadata, grpc::ClientContext& context);

// A wait without a timeout ends with the longest possible lease (60 s) and its margin.
inline constexpr absl::Duration kLongestDefaultWait = absl::Seconds(67);

// Bounds the wait of a request, if it asks for one, by the attempt that sends it. The service does
// so too, by the deadline of the call; a service that is older than this client does not.
template <typename Request>
void LimitWait(absl::Duration remaining, Request& request) {
  if (!request.wait_for_subscribers()) return;
  const absl::Duration asked =
      request.has_wait_timeout() ? FromProto(request.wait_timeout()) : kLongestDefaultWait;
  const absl::Duration longest =
      std::clamp(LongestWait(remaining), kMinWaitTimeout, kMaxWaitTimeout);
  if (asked > longest) ToProto(longest, request.mutable_wait_timeout());
}

// What a call is besides its messages.
struct CallDescription {
  absl::string_view method;  // remains valid
  absl::Duration deadline;   // of the call, from its beginning
  std::stop_token cancellation;
  CallMetadata metadata;
};

// A call without its messages: makes the attempts of a RetrySchedule on gRPC's threads, and
// finishes once. Nothing blocks. It keeps itself alive until it has finished.
//
// An attempt -> (an error that may be temporary: an alarm -> an attempt)* -> Finish. A stop cancels
// the attempt or the alarm, whichever is pending.
//
// When it finishes, it holds nothing of the channel any more: the last reference to a channel must
// not be dropped by a thread of gRPC's, which would wait for itself. So the channel has to outlive
// Finish.
class StartedCall : public std::enable_shared_from_this<StartedCall> {
 public:
  StartedCall(const Runtime& runtime, CallDescription call)
      : runtime_(runtime), call_(std::move(call)), schedule_(runtime, call_.deadline) {}
  virtual ~StartedCall() = default;

  StartedCall(const StartedCall&) = delete;
  StartedCall& operator=(const StartedCall&) = delete;

  // Makes the first attempt. Called once.
  void Begin() ABSL_LOCKS_EXCLUDED(mutex_);

 protected:
  using OnResult = std::function<void(grpc::Status)>;

  // Starts an attempt that ends after `remaining`. gRPC calls `on_result` when it has ended.
  virtual void Send(grpc::ClientContext& context, absl::Duration remaining, OnResult on_result) = 0;

  // Takes the outcome of the call. Called once, without locks.
  virtual void Finish(const absl::Status& status) = 0;

 private:
  // Returns what is wrong with the call, which the service must not get.
  absl::Status Check() const;
  void MakeAttempt() ABSL_LOCKS_EXCLUDED(mutex_);
  void TakeResult(const grpc::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);
  void Report(const absl::Status& status, bool will_retry) const;
  void WaitUntil(absl::Duration next) ABSL_LOCKS_EXCLUDED(mutex_);
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);
  void End(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);

  Runtime runtime_;
  const CallDescription call_;
  RetrySchedule schedule_;  // used by one attempt at a time
  absl::Duration begun_;    // of the attempt; the same

  Mutex mutex_;
  std::unique_ptr<grpc::ClientContext> context_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<grpc::Alarm> alarm_ ABSL_GUARDED_BY(mutex_);  // holds this while it is set

  // Last: it calls Stop. Not guarded: set before the first attempt, reset after the last.
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

// A StartedCall with its messages, over a method of a generated stub.
template <typename Request, typename Response>
class StartedUnaryCall final : public StartedCall {
 public:
  using Method = std::function<void(grpc::ClientContext*, const Request*, Response*, OnResult)>;
  using Done = std::function<void(absl::StatusOr<Response>)>;

  StartedUnaryCall(const Runtime& runtime, CallDescription call, Method method, Request request,
                   Done done)
      : StartedCall(runtime, std::move(call)),
        method_(std::move(method)),
        request_(std::move(request)),
        done_(std::move(done)) {}

 private:
  void Send(grpc::ClientContext& context, absl::Duration remaining, OnResult on_result) override {
    if constexpr (requires { request_.wait_for_subscribers(); }) LimitWait(remaining, request_);
    method_(&context, &request_, &response_, std::move(on_result));
  }
  void Finish(const absl::Status& status) override {
    if (status.ok()) {
      done_(std::move(response_));
    } else {
      done_(status);
    }
    done_ = nullptr;  // destroys what it holds now: gRPC may hold this object for longer
  }

  const Method method_;
  Request request_;
  Response response_;
  Done done_;
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_STARTED_CALL_H_
