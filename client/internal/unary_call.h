#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_UNARY_CALL_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_UNARY_CALL_H_

#include <optional>
#include <stop_token>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/call_options.h"
#include "client/internal/retry_loop.h"
#include "client/internal/retry_schedule.h"
#include "client/internal/runtime.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/status.h"

namespace cache_invalidation::client::internal {

// The one place where a status of gRPC becomes ours.
absl::Status FromGrpc(const grpc::Status& status);

// How much longer than other calls one may take that waits for subscribers.
absl::Duration ExtraFor(const std::optional<WaitForSubscribers>& wait);

// Prepares the attempt that begins now.
void Prepare(const RetrySchedule& schedule, grpc::ClientContext& context);

// What an attempt came to that has ended, with how long the service asked to wait.
Attempt AttemptOf(const grpc::ClientContext& context, const grpc::Status& status);

// One attempt, blocking: prepares the context and runs `send`, which a stop ends with CANCELLED.
Attempt RunAttempt(const RetrySchedule& schedule, const std::stop_token& cancellation,
                   absl::FunctionRef<grpc::Status(grpc::ClientContext&)> send);

// Calls `method` of a generated stub, with retries.
//
//   return CallUnary(runtime_, *stub_, &v1::RuleService::StubInterface::GetRule, request,
//                    cancellation, deadline);
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> CallUnary(const Runtime& runtime, Stub& stub,
                                   grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                                const Request&, Response*),
                                   const Request& request, const std::stop_token& cancellation,
                                   absl::Duration deadline) {
  Response response;
  absl::Status status =
      RunWithRetries(runtime, deadline, cancellation, [&](const RetrySchedule& schedule) {
        return RunAttempt(schedule, cancellation, [&](grpc::ClientContext& context) {
          return (stub.*method)(&context, request, &response);
        });
      });
  if (!status.ok()) return status;
  return response;
}

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_UNARY_CALL_H_
