// SPDX-License-Identifier: Apache-2.0

#include "client/internal/subscription_core.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/internal/conversion/conversion.h"

namespace cache_invalidation::client::internal {
namespace {

// Appends a part. Its causes follow the present ones, and its indexes are shifted accordingly.
void Append(Event part, Event& whole) {
  const uint32_t offset = static_cast<uint32_t>(whole.causes.size());
  std::move(part.causes.begin(), part.causes.end(), std::back_inserter(whole.causes));
  for (Invalidation& invalidation : part.invalidations) {
    for (uint32_t& cause : invalidation.causes) cause += offset;
    whole.invalidations.push_back(std::move(invalidation));
  }
}

// A stream counts as lost after this many heartbeats without a message.
constexpr int kHeartbeatsMissed = 3;

// A message every third of the lease leaves two more chances to renew it.
constexpr int kMessagesPerLease = 3;

// The heartbeat of a service that states none.
constexpr absl::Duration kDefaultHeartbeat = absl::Seconds(5);

// Limit of messages whose echo is awaited. Beyond it the oldest are dropped: their echo renews
// nothing.
constexpr size_t kMaxAwaitedEchoes = 1'024;

}  // namespace

void EventAssembly::Restart(uint64_t revision) {
  revision_ = revision;
  incomplete_.reset();
}

absl::Status EventAssembly::Add(Event part, uint32_t number, bool last,
                                std::vector<Event>& complete) {
  if (part.revision <= revision_) return absl::OkStatus();  // a duplicate
  if (incomplete_.has_value() && part.revision > incomplete_->revision) {
    if (!filtered_) return absl::InternalError("a revision began before the last one was complete");
    Complete(complete);
  }
  if (!incomplete_.has_value()) {
    if (!filtered_ && (part.revision != revision_ + 1 || number != 0)) {
      return absl::InternalError(absl::StrCat("revision ", part.revision, " part ", number,
                                              " came after revision ", revision_));
    }
    incomplete_ = std::move(part);
  } else if (part.revision < incomplete_->revision) {
    return absl::InternalError("revisions came out of order");
  } else if (number <= last_part_) {
    return absl::OkStatus();  // a duplicate
  } else if (!filtered_ && number != last_part_ + 1) {
    return absl::InternalError(
        absl::StrCat("revision ", part.revision, " lacks part ", last_part_ + 1));
  } else {
    Append(std::move(part), *incomplete_);
  }
  last_part_ = number;
  if (last) Complete(complete);
  return absl::OkStatus();
}

void EventAssembly::Pass(uint64_t revision, std::vector<Event>& complete) {
  if (incomplete_.has_value() && incomplete_->revision <= revision) Complete(complete);
  revision_ = std::max(revision_, revision);
}

void EventAssembly::Complete(std::vector<Event>& complete) {
  revision_ = incomplete_->revision;
  complete.push_back(*std::move(incomplete_));
  incomplete_.reset();
}

SubscriptionCore::SubscriptionCore(std::string namespace_name, SubscriptionOptions options,
                                   std::string instance)
    : namespace_name_(std::move(namespace_name)),
      options_(std::move(options)),
      instance_(options_.instance.empty() ? std::move(instance) : options_.instance),
      assembly_(!options_.tags.empty() || !options_.key_prefixes.empty()) {}

v1::SubscribeRequest SubscriptionCore::Begin(absl::Duration now) {
  begun_ = now;
  started_ = false;
  sequence_ = 0;
  sent_.clear();
  lease_end_ = -absl::InfiniteDuration();
  v1::SubscribeRequest request = NewMessage(now);
  v1::Subscription* subscription = request.mutable_subscription();
  ToProto(options_, subscription);
  subscription->set_namespace_(namespace_name_);
  subscription->set_instance(instance_);
  if (ever_started_) {
    ToProto(Position{epoch_, assembly_.revision()}, subscription->mutable_start_after());
  } else if (options_.start_after.has_value()) {
    ToProto(*options_.start_after, subscription->mutable_start_after());
  }
  return request;
}

absl::Status SubscriptionCore::Receive(const v1::SubscribeResponse& response, absl::Duration now,
                                       std::vector<Delivery>& out) {
  last_heard_ = now;
  if (response.has_started() == started_) {
    return absl::InternalError(started_ ? "the stream started twice"
                                        : "the stream did not begin with its start");
  }
  if (response.has_started()) Start(response.started(), out);
  if (response.has_reset()) Reset(response.reset(), out);
  for (const v1::Event& part : response.events()) {
    std::vector<Event> complete;
    const absl::Status status =
        assembly_.Add(FromProto(part), part.part(), part.last_part(), complete);
    Deliver(std::move(complete), out);
    if (!status.ok()) return status;
  }
  if (response.has_progress()) PassProgress(response.progress(), out);
  return absl::OkStatus();
}

void SubscriptionCore::Start(const v1::Started& message, std::vector<Delivery>& out) {
  SubscriptionStarted started = FromProto(message);
  if (started.lease <= absl::ZeroDuration()) started.lease = options_.lease;
  if (started.heartbeat <= absl::ZeroDuration()) started.heartbeat = kDefaultHeartbeat;
  started_ = true;
  if (epoch_ != started.head.epoch) applied_ = 0;  // revisions of another history
  ever_started_ = true;
  epoch_ = started.head.epoch;
  lease_ = started.lease;
  heartbeat_ = started.heartbeat;
  acknowledged_ = 0;  // acknowledge again: the last acknowledgement may have been lost
  assembly_.Restart(started.start_after);
  out.emplace_back(std::move(started));
}

void SubscriptionCore::Reset(const v1::Reset& message, std::vector<Delivery>& out) {
  SubscriptionReset reset = FromProto(message);
  if (epoch_ != reset.start_after.epoch) applied_ = acknowledged_ = 0;  // another history
  epoch_ = reset.start_after.epoch;
  last_delivered_ = reset.start_after.revision;
  assembly_.Restart(reset.start_after.revision);
  out.emplace_back(std::move(reset));
}

void SubscriptionCore::PassProgress(const v1::Progress& progress, std::vector<Delivery>& out) {
  std::vector<Event> complete;
  assembly_.Pass(progress.revision(), complete);
  Deliver(std::move(complete), out);
  while (!sent_.empty() && sent_.front().first <= progress.echoed_sequence()) {
    if (sent_.front().first == progress.echoed_sequence()) {
      lease_end_ = sent_.front().second + lease_;
    }
    sent_.pop_front();
  }
  out.emplace_back(
      SubscriptionProgress{.position = {epoch_, assembly_.revision()}, .lease_end = lease_end_});
}

void SubscriptionCore::Deliver(std::vector<Event> events, std::vector<Delivery>& out) {
  for (Event& event : events) {
    last_delivered_ = event.revision;
    event.epoch = epoch_;
    out.emplace_back(std::move(event));
  }
}

void SubscriptionCore::Acknowledge(const Position& position) {
  if (position.epoch == epoch_) applied_ = std::max(applied_, position.revision);
}

uint64_t SubscriptionCore::Acknowledgeable() const {
  switch (options_.acknowledgement) {
    case Acknowledgement::kNone:
      return 0;
    case Acknowledgement::kAutomatic:
      return assembly_.revision();
    case Acknowledgement::kExplicit:
      // With the last delivery, everything filtered out after it is applied as well.
      return applied_ >= last_delivered_ ? assembly_.revision() : applied_;
  }
  return 0;
}

std::optional<v1::SubscribeRequest> SubscriptionCore::NextMessage(absl::Duration now) {
  if (!started_) return std::nullopt;
  const uint64_t acknowledgeable = Acknowledgeable();
  const bool applied_more = acknowledgeable > acknowledged_;
  if (!applied_more && now < last_sent_ + lease_ / kMessagesPerLease) return std::nullopt;
  v1::SubscribeRequest request = NewMessage(now);
  if (applied_more) {
    request.set_acknowledged_revision(acknowledgeable);
    acknowledged_ = acknowledgeable;
  }
  return request;
}

v1::SubscribeRequest SubscriptionCore::Leave(absl::Duration now) {
  v1::SubscribeRequest request = NewMessage(now);
  request.set_leaves(true);
  return request;
}

v1::SubscribeRequest SubscriptionCore::NewMessage(absl::Duration now) {
  last_sent_ = now;
  sent_.emplace_back(++sequence_, now);
  if (sent_.size() > kMaxAwaitedEchoes) sent_.pop_front();
  v1::SubscribeRequest request;
  request.set_sequence(sequence_);
  return request;
}

absl::Duration SubscriptionCore::SilentAt() const {
  if (!started_) return begun_ + options_.start_timeout;
  return last_heard_ + kHeartbeatsMissed * heartbeat_;
}

absl::Duration SubscriptionCore::WakeAt() const {
  if (!started_) return SilentAt();
  return std::min(SilentAt(), last_sent_ + lease_ / kMessagesPerLease);
}

}  // namespace cache_invalidation::client::internal
