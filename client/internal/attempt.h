// One attempt of a call over gRPC: its context before it begins, its outcome after it has ended.

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_ATTEMPT_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_ATTEMPT_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/call_options.h"
#include "client/internal/retry_schedule.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/status.h"

namespace cache_invalidation::client::internal {

// The one place that converts a status of gRPC.
absl::Status FromGrpc(const grpc::Status& status);

// Returns how much longer than other calls one may take that waits for subscribers.
absl::Duration ExtraFor(const std::optional<WaitForSubscribers>& wait);

// Sets the deadline and the options of an attempt that begins now.
void Prepare(const RetrySchedule& schedule, grpc::ClientContext& context);

// Returns the outcome of an attempt that has ended, with the delay that the service asked for.
Attempt AttemptOf(const grpc::ClientContext& context, const grpc::Status& status);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_ATTEMPT_H_
