#include "client/internal/conversion/subscription_conversion.h"

#include "client/internal/conversion/position_conversion.h"
#include "client/internal/conversion/repeated.h"
#include "client/internal/conversion/time_conversion.h"

namespace cache_invalidation::client::internal {
namespace {

v1::ResetReason ReasonToProto(ResetReason in) {
  switch (in) {
    case ResetReason::kUnknown:
      return v1::RESET_REASON_UNSPECIFIED;
    case ResetReason::kEpoch:
      return v1::RESET_REASON_EPOCH;
    case ResetReason::kTrimmed:
      return v1::RESET_REASON_TRIMMED;
    case ResetReason::kAhead:
      return v1::RESET_REASON_AHEAD;
  }
  return v1::RESET_REASON_UNSPECIFIED;
}

ResetReason ReasonFromProto(v1::ResetReason in) {
  switch (in) {
    case v1::RESET_REASON_EPOCH:
      return ResetReason::kEpoch;
    case v1::RESET_REASON_TRIMMED:
      return ResetReason::kTrimmed;
    case v1::RESET_REASON_AHEAD:
      return ResetReason::kAhead;
    default:
      return ResetReason::kUnknown;
  }
}

}  // namespace

void ToProto(const SubscriptionOptions& in, v1::Subscription* out) {
  out->set_name(in.name);
  ToProto(in.tags, out->mutable_tags());
  ToProto(in.key_prefixes, out->mutable_key_prefixes());
  out->set_acknowledges(in.acknowledgement != Acknowledgement::kNone);
  ToProto(in.lease, out->mutable_lease());
}

SubscriptionStarted FromProto(const v1::Started& in) {
  return {.head = FromProto(in.head()),
          .start_after = in.start_after(),
          .lease = FromProto(in.lease()),
          .heartbeat = FromProto(in.heartbeat()),
          .instance = in.instance()};
}

void ToProto(const SubscriptionReset& in, v1::Reset* out) {
  out->set_reason(ReasonToProto(in.reason));
  out->set_oldest_revision(in.oldest_revision);
  ToProto(in.start_after, out->mutable_start_after());
}

SubscriptionReset FromProto(const v1::Reset& in) {
  return {.reason = ReasonFromProto(in.reason()),
          .oldest_revision = in.oldest_revision(),
          .start_after = FromProto(in.start_after())};
}

}  // namespace cache_invalidation::client::internal
