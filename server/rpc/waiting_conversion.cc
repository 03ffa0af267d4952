#include "server/rpc/waiting_conversion.h"

#include "common/limits.h"
#include "server/rpc/field_error.h"
#include "server/rpc/list_conversion.h"
#include "server/rpc/time_conversion.h"

namespace cache_invalidation::rpc {

absl::Status CheckWaitTimeout(const google::protobuf::Duration& timeout) {
  return AtField("wait_timeout", ToDuration(timeout, kMinWaitTimeout, kMaxWaitTimeout).status());
}

absl::Duration ToWaitTimeout(const google::protobuf::Duration& timeout) {
  return *ToDuration(timeout, kMinWaitTimeout, kMaxWaitTimeout);
}

void FromWaitOutcome(const delivery::WaitOutcome& outcome, v1::Waiting* proto) {
  FromStrings(outcome.waited_for, proto->mutable_waited_for());
  FromStrings(outcome.lapsed, proto->mutable_lapsed());
  FromStrings(outcome.late, proto->mutable_late());
  proto->set_not_acknowledging(outcome.not_acknowledging);
  proto->set_unknown_late(outcome.unknown_late);
}

}  // namespace cache_invalidation::rpc
