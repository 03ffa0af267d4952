#include "tests/simulation/stream.h"

#include <algorithm>
#include <utility>

#include "common/check.h"
#include "server/rpc/byte_buffer.h"
#include "server/rpc/subscription_conversion.h"

namespace cache_invalidation::simulation {
namespace {

v1::SubscribeResponse ToResponse(const delivery::Message& message) {
  const grpc::ByteBuffer buffer = rpc::ToByteBuffer(message);
  const rpc::ReceivedBytes bytes(buffer);
  v1::SubscribeResponse response;
  Check(response.ParseFromArray(bytes.view().data(), static_cast<int>(bytes.view().size())),
        "what is sent can be parsed");
  return response;
}

}  // namespace

Stream::Stream(const StreamSurroundings& surroundings, std::shared_ptr<Connection> connection)
    : surroundings_(surroundings), connection_(std::move(connection)) {
  connection_->stream = this;
}

void Stream::Receive() {
  const v1::SubscribeRequest request = std::move(connection_->to_server.front());
  connection_->to_server.pop_front();
  if (over_) return;
  const absl::Status status = Take(request);
  if (!status.ok() || subscription_->left()) return End(status);
  surroundings_.waker.Wake(shared_from_this());
}

absl::Status Stream::Take(const v1::SubscribeRequest& request) {
  absl::Status status = subscription_ == nullptr ? Open(request) : rpc::CheckLaterMessage(request);
  if (!status.ok()) return status;
  delivery::ClientMessage message = rpc::ToClientMessage(request);
  if (surroundings_.mutation == Mutation::kAcknowledgesTooMuch) {
    message.acknowledged_revision = std::max(message.acknowledged_revision, sent_);
  }
  status = subscription_->Receive(message, surroundings_.clock.Monotonic());
  TellProgress();
  return status;
}

absl::Status Stream::Open(const v1::SubscribeRequest& request) {
  absl::StatusOr<delivery::SubscriptionRequest> subscription = rpc::ToSubscriptionRequest(request);
  if (!subscription.ok()) return subscription.status();
  if (surroundings_.mutation == Mutation::kSkipsAfterResume && subscription->start_after) {
    const uint64_t head = surroundings_.hub.head(subscription->session.namespace_name);
    uint64_t& revision = subscription->start_after->revision;
    if (revision < head) ++revision;
  }
  const delivery::SessionTerms terms = subscription->terms;
  absl::StatusOr<std::unique_ptr<delivery::Subscription>> opened =
      surroundings_.hub.Open(*std::move(subscription));
  if (!opened.ok()) return opened.status();
  subscription_ = *std::move(opened);
  const auto granted = [stream = weak_from_this()] {
    const std::shared_ptr<Stream> self = stream.lock();
    if (self == nullptr) return;
    self->lease_granted_ = true;
    self->surroundings_.waker.Wake(self);
  };
  lease_granted_ =
      surroundings_.leases.Grant(terms.acknowledges ? terms.lease : absl::ZeroDuration(),
                                 surroundings_.clock.Monotonic(), granted) ||
      surroundings_.mutation == Mutation::kTellsLeaseAtOnce;
  return absl::OkStatus();
}

void Stream::NoteTaken() {
  if (over_ || !writing_) return;
  writing_ = false;
  const absl::Duration now = surroundings_.clock.Monotonic();
  if (subscription_->ManyWait()) Send(now);
  if (!writing_) surroundings_.waker.Wake(shared_from_this());
}

delivery::OutboxStream::Upkeep Stream::Drive(absl::Duration now) {
  if (!over_ && subscription_ == nullptr && drain_by_) End(absl::UnavailableError("draining"));
  if (!over_ && subscription_ != nullptr) {
    if (subscription_->superseded()) {
      End(delivery::SupersededError());
    } else if (!writing_ && lease_granted_) {
      Send(now);
    }
  }
  if (!over_ && drain_by_) {
    const bool all_sent = !writing_ && !subscription_->SomethingWaits();
    if (all_sent || now >= *drain_by_) End(absl::UnavailableError("draining"));
  }
  if (over_) return {.over = true};
  if (subscription_ == nullptr) return {};
  absl::Duration wake_at = subscription_->heartbeat_at();
  if (wake_at <= now) wake_at = absl::InfiniteDuration();
  if (drain_by_) wake_at = std::min(wake_at, *drain_by_);
  return {.over = false, .channel = subscription_->channel().id(), .wake_at = wake_at};
}

void Stream::Send(absl::Duration now) {
  const delivery::Message message = drain_by_ ? subscription_->Last(now) : subscription_->Next(now);
  TellProgress();
  if (message.empty()) {
    if (subscription_->SomethingWaits()) surroundings_.waker.Wake(shared_from_this());
    return;
  }
  connection_->to_client.push_back(ToResponse(message));
  sent_ = std::max(
      {sent_, message.events.completed, message.progress ? message.progress->revision : 0});
  writing_ = connection_->to_client.size() >= surroundings_.window;
  if (!writing_ && subscription_->SomethingWaits()) surroundings_.waker.Wake(shared_from_this());
}

void Stream::TellProgress() {
  if (subscription_->TakeAwaitedProgress()) surroundings_.waiting.Look(*subscription_->session());
}

void Stream::End(const absl::Status& reason) {
  if (over_) return;
  over_ = true;
  connection_->ended = reason;
  connection_->stream = nullptr;
  if (subscription_ != nullptr) surroundings_.hub.Close(std::move(subscription_));
}

}  // namespace cache_invalidation::simulation
