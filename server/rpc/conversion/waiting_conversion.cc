#include "server/rpc/conversion/waiting_conversion.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/limits.h"
#include "server/rpc/conversion/field_error.h"
#include "server/rpc/conversion/request_conversion.h"

namespace cache_invalidation::rpc {
namespace {

// Returns the number that did not fit.
uint32_t FromNames(const std::vector<std::string>& names, ProtoStrings* proto) {
  size_t bytes = 0;
  size_t fit = 0;
  for (; fit < names.size(); ++fit) {
    bytes += names[fit].size();
    if (bytes > kMaxWaitingNameBytes) break;
    *proto->Add() = names[fit];
  }
  return static_cast<uint32_t>(names.size() - fit);
}

}  // namespace

absl::Status CheckWaitTimeout(const google::protobuf::Duration& timeout) {
  return AtField("wait_timeout", ToDuration(timeout, kMinWaitTimeout, kMaxWaitTimeout).status());
}

absl::Duration ToWaitTimeout(const google::protobuf::Duration& timeout) {
  return *ToDuration(timeout, kMinWaitTimeout, kMaxWaitTimeout);
}

void FromWaitOutcome(const delivery::WaitOutcome& outcome, v1::Waiting* proto) {
  proto->set_more_waited_for(FromNames(outcome.waited_for, proto->mutable_waited_for()));
  proto->set_more_lapsed(FromNames(outcome.lapsed, proto->mutable_lapsed()));
  proto->set_more_late(FromNames(outcome.late, proto->mutable_late()));
  proto->set_not_acknowledging(outcome.not_acknowledging);
  proto->set_unknown_late(outcome.unknown_late);
  proto->set_not_waited(outcome.not_waited);
}

}  // namespace cache_invalidation::rpc
