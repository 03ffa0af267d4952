#ifndef CACHE_INVALIDATION_SERVER_RPC_CONVERSION_WAITING_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_RPC_CONVERSION_WAITING_CONVERSION_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "protos/cache_invalidation/v1/waiting.pb.h"
#include "server/delivery/observer.h"
#include "server/rpc/conversion/request_conversion.h"

namespace cache_invalidation::rpc {

// Checks the field `wait_timeout`.
absl::Status CheckWaitTimeout(const google::protobuf::Duration& timeout);
// REQUIRES: CheckWaitTimeout is OK.
absl::Duration ToWaitTimeout(const google::protobuf::Duration& timeout);

// Checks the fields `wait_for_subscribers` and `wait_timeout`.
template <typename Request>
absl::Status CheckWaiting(const Request& request) {
  return request.has_wait_timeout() ? CheckWaitTimeout(request.wait_timeout()) : absl::OkStatus();
}

// A call's request to wait for subscribers.
struct AskedWait {
  std::optional<absl::Duration> timeout;
};

// Absent: the call does not wait. REQUIRES: CheckWaiting is OK.
template <typename Request>
std::optional<AskedWait> ToWait(const Request& request) {
  if (!request.wait_for_subscribers()) return std::nullopt;
  AskedWait wait;
  if (request.has_wait_timeout()) wait.timeout = ToWaitTimeout(request.wait_timeout());
  return wait;
}

void FromWaitOutcome(const delivery::WaitOutcome& outcome, v1::Waiting* proto);

// Fills the field `waiting` of the response if the call waited.
template <typename Response>
void FromWaiting(const AnswerContext& context, Response* response) {
  if (context.waiting != nullptr) FromWaitOutcome(*context.waiting, response->mutable_waiting());
}

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CONVERSION_WAITING_CONVERSION_H_
