// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/subscription_conversion.h"

#include <string>
#include <utility>
#include <vector>

#include "common/limits.h"
#include "common/names.h"
#include "server/rpc/conversion/encoded_message.h"
#include "server/rpc/conversion/request_conversion.h"
#include "server/wire/message_conversion.h"

namespace cache_invalidation::rpc {
namespace {

absl::Status CheckFields(const v1::Subscription& subscription) {
  if (absl::Status status = AtField("name", CheckName(subscription.name())); !status.ok()) {
    return status;
  }
  if (absl::Status status = AtField("instance", CheckInstance(subscription.instance()));
      !status.ok()) {
    return status;
  }
  if (absl::Status status =
          InField("start_after", AtField("epoch", CheckEpoch(subscription.start_after().epoch())));
      !status.ok()) {
    return status;
  }
  if (absl::Status status =
          CheckList("tags", subscription.tags(), 0, kMaxFilterNames, CheckTagWithoutWildcard);
      !status.ok()) {
    return status;
  }
  return CheckList("key_prefixes", subscription.key_prefixes(), 0, kMaxFilterNames, CheckKeyPrefix);
}

absl::StatusOr<absl::Duration> ToLease(const v1::Subscription& subscription) {
  if (!subscription.has_lease()) return kDefaultLease;
  absl::StatusOr<absl::Duration> lease = ToDuration(subscription.lease(), kMinLease, kMaxLease);
  if (!lease.ok()) return AtField("lease", lease.status());
  return lease;
}

absl::StatusOr<delivery::SubscriptionRequest> Convert(const v1::Subscription& subscription) {
  const absl::StatusOr<absl::string_view> namespace_name = ToNamespace(subscription.namespace_());
  if (!namespace_name.ok()) return namespace_name.status();
  if (absl::Status status = CheckFields(subscription); !status.ok()) return status;
  const absl::StatusOr<absl::Duration> lease = ToLease(subscription);
  if (!lease.ok()) return lease.status();

  delivery::SubscriptionRequest request;
  request.session = {std::string(*namespace_name), subscription.name(), subscription.instance()};
  if (subscription.has_start_after()) {
    request.start_after = delivery::Position{subscription.start_after().epoch(),
                                             subscription.start_after().revision()};
  }
  request.filter = delivery::Filter(wire::ToStrings(subscription.tags()),
                                    wire::ToStrings(subscription.key_prefixes()));
  request.terms = {subscription.acknowledges(), *lease};
  return request;
}

v1::ResetReason FromResetReason(delivery::ResetReason reason) {
  switch (reason) {
    case delivery::ResetReason::kEpoch:
      return v1::RESET_REASON_EPOCH;
    case delivery::ResetReason::kTrimmed:
      return v1::RESET_REASON_TRIMMED;
    case delivery::ResetReason::kAhead:
      return v1::RESET_REASON_AHEAD;
  }
  return v1::RESET_REASON_UNSPECIFIED;
}

void FromPosition(const delivery::Position& position, v1::Position* proto) {
  proto->set_epoch(position.epoch);
  proto->set_revision(position.revision);
}

void FromStarted(const delivery::Started& started, v1::Started* proto) {
  FromPosition(started.head, proto->mutable_head());
  wire::FromDuration(started.lease, proto->mutable_lease());
  proto->set_start_after(started.start_after);
  wire::FromDuration(started.heartbeat, proto->mutable_heartbeat());
  proto->set_instance(started.instance);
}

void FromReset(const delivery::Reset& reset, v1::Reset* proto) {
  proto->set_reason(FromResetReason(reset.reason));
  proto->set_oldest_revision(reset.oldest_revision);
  FromPosition(reset.start_after, proto->mutable_start_after());
}

grpc::Slice Encode(const v1::SubscribeResponse& response) {
  return grpc::Slice(response.SerializeAsString());
}

}  // namespace

absl::StatusOr<v1::SubscribeRequest> ParseSubscribeRequest(const grpc::ByteBuffer& buffer) {
  const ReceivedBytes bytes(buffer);
  v1::SubscribeRequest request;
  if (absl::Status status = ParseRequest(bytes.view(), request); !status.ok()) return status;
  return request;
}

absl::StatusOr<delivery::ReceivedMessage> ToReceivedMessage(const v1::SubscribeRequest& request,
                                                            bool is_first) {
  if (request.has_subscription() != is_first) {
    return AtField("subscription",
                   absl::InvalidArgumentError(is_first ? "required on the first message"
                                                       : "expected on the first message only"));
  }
  delivery::ReceivedMessage message;
  message.says = {request.sequence(), request.acknowledged_revision(), request.leaves()};
  if (!is_first) return message;
  absl::StatusOr<delivery::SubscriptionRequest> subscription = Convert(request.subscription());
  if (!subscription.ok()) return InField("subscription", subscription.status());
  message.subscription = *std::move(subscription);
  return message;
}

grpc::ByteBuffer ToByteBuffer(const delivery::Message& message) {
  std::vector<grpc::Slice> slices;
  slices.reserve(message.events.slices.size() + 2);
  if (message.started || message.reset) {
    v1::SubscribeResponse response;
    if (message.started) FromStarted(*message.started, response.mutable_started());
    if (message.reset) FromReset(*message.reset, response.mutable_reset());
    slices.push_back(Encode(response));
  }
  for (const delivery::Slice& slice : message.events.slices) {
    slices.push_back(ToSlice(slice.chunk, slice.bytes()));
  }
  if (message.progress) {
    v1::SubscribeResponse response;
    response.mutable_progress()->set_revision(message.progress->revision);
    response.mutable_progress()->set_echoed_sequence(message.progress->echoed_sequence);
    slices.push_back(Encode(response));
  }
  return ToByteBuffer(absl::MakeConstSpan(slices));
}

}  // namespace cache_invalidation::rpc
