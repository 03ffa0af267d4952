#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_UNARY_CALL_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_UNARY_CALL_H_

#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/call_options.h"
#include "client/internal/retry_loop.h"
#include "client/internal/runtime.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/status.h"

namespace cache_invalidation::client::internal {

// The one place where a status of gRPC becomes ours.
absl::Status FromGrpc(const grpc::Status& status);

// How much longer than other calls one may take that waits for subscribers.
absl::Duration ExtraFor(const std::optional<WaitForSubscribers>& wait);

// One attempt: prepares the context, runs `send` and reads how long the service asked to wait.
Attempt RunAttempt(absl::Duration remaining,
                   absl::FunctionRef<grpc::Status(grpc::ClientContext&)> send);

// Calls `method` of a generated stub, with retries.
//
//   return CallUnary(runtime_, *stub_, &v1::RuleService::StubInterface::GetRule, request, options);
//
// `extra` comes on top of a deadline that the caller did not choose.
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> CallUnary(const Runtime& runtime, Stub& stub,
                                   grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                                const Request&, Response*),
                                   const Request& request, const CallOptions& call,
                                   absl::Duration extra = absl::ZeroDuration()) {
  Response response;
  const absl::Duration deadline = call.deadline.value_or(runtime.deadline + extra);
  absl::Status status = RunWithRetries(runtime, deadline, [&](absl::Duration remaining) {
    return RunAttempt(remaining, [&](grpc::ClientContext& context) {
      return (stub.*method)(&context, request, &response);
    });
  });
  if (!status.ok()) return status;
  return response;
}

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_UNARY_CALL_H_
