#ifndef CACHE_INVALIDATION_SERVER_RPC_CALL_DEADLINE_H_
#define CACHE_INVALIDATION_SERVER_RPC_CALL_DEADLINE_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "grpcpp/server_context.h"

namespace cache_invalidation::rpc {

// Returns what is left of the call's deadline, which is on the clock of the machine, whatever the
// server's is. Without a deadline: centuries.
inline absl::Duration TimeLeft(const grpc::ServerContextBase& context) {
  return absl::FromChrono(context.deadline()) - RealClock().Now();
}

// Fails with DEADLINE_EXCEEDED if nothing is left: its caller gets no result, so under load this is
// work that others wait for. Not for calls that invalidate (shard::kAppliedWithoutItsCaller).
inline absl::Status CheckDeadline(const grpc::ServerContextBase& context) {
  if (TimeLeft(context) > absl::ZeroDuration()) return absl::OkStatus();
  return absl::DeadlineExceededError("the deadline passed before the call was begun");
}

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CALL_DEADLINE_H_
