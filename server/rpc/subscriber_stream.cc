#include "server/rpc/subscriber_stream.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "server/rpc/status.h"
#include "server/rpc/subscription_conversion.h"

namespace cache_invalidation::rpc {
namespace {

// How long a client may leave the last message unread after the stream has finished.
constexpr absl::Duration kFinishPatience = absl::Seconds(1);

std::string RandomInstance() {
  absl::BitGen random;
  return absl::StrCat(absl::Hex(absl::Uniform<uint64_t>(random), absl::kZeroPad16),
                      absl::Hex(absl::Uniform<uint64_t>(random), absl::kZeroPad16));
}

absl::Status Draining() {
  return absl::UnavailableError(
      "the server is draining: connect again and resume after the last complete revision");
}

}  // namespace

SubscriberStream* SubscriberStream::Start(const StreamSurroundings& surroundings,
                                          grpc::CallbackServerContext& context) {
  std::shared_ptr<SubscriberStream> stream(new SubscriberStream(surroundings, context));
  {
    MutexLock lock(stream->mutex_);
    stream->self_ = stream;
    stream->StartRead(&stream->received_);
  }
  surroundings.outbox.Wake(stream);
  return stream.get();
}

SubscriberStream::SubscriberStream(const StreamSurroundings& surroundings,
                                   grpc::CallbackServerContext& context)
    : surroundings_(surroundings),
      context_(context),
      first_message_by_(surroundings.clock.Monotonic() + surroundings.first_message_timeout) {
  surroundings_.observer.OnStreamOpened();
}

void SubscriberStream::OnReadDone(bool ok) {
  MutexLock lock(mutex_);
  if (!ok || finished_) return;
  const absl::Status status = Receive();
  if (!status.ok() || subscription_->left()) {
    End(status);
    return;
  }
  StartRead(&received_);
  surroundings_.outbox.Wake(self_);
}

absl::Status SubscriberStream::Receive() {
  const absl::StatusOr<v1::SubscribeRequest> request = ParseSubscribeRequest(received_);
  received_.Clear();
  if (!request.ok()) return request.status();
  if (subscription_ != nullptr) {
    if (absl::Status status = CheckLaterMessage(*request); !status.ok()) return status;
  } else {
    absl::StatusOr<delivery::SubscriptionRequest> subscription = ToSubscriptionRequest(*request);
    if (!subscription.ok()) return subscription.status();
    if (subscription->session.instance.empty()) subscription->session.instance = RandomInstance();
    if (absl::Status status = Open(*std::move(subscription)); !status.ok()) return status;
  }
  const absl::Status status =
      subscription_->Receive(ToClientMessage(*request), surroundings_.clock.Monotonic());
  TellProgress();
  return status;
}

absl::Status SubscriberStream::Open(delivery::SubscriptionRequest request) {
  // Nobody waits for the lease of a subscriber that does not acknowledge.
  const absl::Duration lease =
      request.terms.acknowledges ? request.terms.lease : absl::ZeroDuration();
  absl::StatusOr<std::unique_ptr<delivery::Subscription>> opened =
      surroundings_.hub.Open(std::move(request));
  if (!opened.ok()) return opened.status();
  subscription_ = *std::move(opened);
  const auto granted = [stream = std::weak_ptr<SubscriberStream>(self_)] {
    if (const auto self = stream.lock()) self->OnLeaseGranted();
  };
  lease_granted_ = surroundings_.leases.Grant(lease, surroundings_.clock.Monotonic(), granted);
  return absl::OkStatus();
}

void SubscriberStream::OnLeaseGranted() {
  MutexLock lock(mutex_);
  lease_granted_ = true;
  if (self_ != nullptr) surroundings_.outbox.Wake(self_);
}

void SubscriberStream::TellProgress() {
  if (subscription_->TakeAwaitedProgress()) surroundings_.waiting.Look(*subscription_->session());
}

void SubscriberStream::OnWriteDone(bool ok) {
  MutexLock lock(mutex_);
  writing_ = false;
  sent_.Clear();
  if (!ok) End(absl::CancelledError("the client is gone"));
  if (finished_) return;
  const absl::Duration now = surroundings_.clock.Monotonic();
  if (subscription_->ManyWait()) Send(now);
  if (writing_) return;
  if (subscription_->SomethingWaits() || drain_by_ || now >= subscription_->heartbeat_at()) {
    surroundings_.outbox.Wake(self_);
  }
}

void SubscriberStream::OnCancel() {
  MutexLock lock(mutex_);
  End(absl::CancelledError("the client is gone"));
}

void SubscriberStream::OnDone() {
  std::shared_ptr<SubscriberStream> self;
  std::unique_ptr<delivery::Subscription> subscription;
  {
    MutexLock lock(mutex_);
    done_ = true;
    self = std::move(self_);
    subscription = std::move(subscription_);
    surroundings_.observer.OnStreamEnded(end_code_);
  }
  if (subscription != nullptr) surroundings_.hub.Close(std::move(subscription));
  surroundings_.outbox.Wake(self);
  surroundings_.streams.fetch_sub(1, std::memory_order_relaxed);
}

delivery::OutboxStream::Upkeep SubscriberStream::Drive(absl::Duration now) {
  MutexLock lock(mutex_);
  if (done_) return {.over = true};
  if (!finished_) {
    if (subscription_ == nullptr) {
      DriveUnopened(now);
    } else {
      DriveOpen(now);
    }
  }
  if (finished_ && writing_ && now >= cancel_at_) {
    cancel_at_ = absl::InfiniteDuration();
    surroundings_.observer.OnStalledStreamCancelled();
    context_.TryCancel();
  }
  return {.channel = subscription_ == nullptr ? 0 : subscription_->channel().id(),
          .wake_at = WakeAt(now)};
}

void SubscriberStream::DriveUnopened(absl::Duration now) {
  if (drain_by_) {
    End(Draining());
  } else if (now >= first_message_by_) {
    End(absl::DeadlineExceededError("the first message did not come in time"));
  }
}

void SubscriberStream::DriveOpen(absl::Duration now) {
  if (subscription_->superseded()) return End(delivery::SupersededError());
  if (!writing_ && lease_granted_) Send(now);
  if (!drain_by_) return;
  const bool all_sent = !writing_ && !subscription_->SomethingWaits();
  if (all_sent || now >= *drain_by_) End(Draining());
}

absl::Duration SubscriberStream::WakeAt(absl::Duration now) const {
  if (finished_) return writing_ ? cancel_at_ : absl::InfiniteDuration();
  if (subscription_ == nullptr) return first_message_by_;
  absl::Duration wake_at = subscription_->heartbeat_at();
  // Overdue only while a write is pending; OnWriteDone looks at the time again.
  if (wake_at <= now) wake_at = absl::InfiniteDuration();
  return drain_by_ ? std::min(*drain_by_, wake_at) : wake_at;
}

void SubscriberStream::Send(absl::Duration now) {
  const delivery::Message message = drain_by_ ? subscription_->Last(now) : subscription_->Next(now);
  TellProgress();
  if (message.empty()) {
    // It has looked at a long stretch of history that does not pass; others come first now.
    if (subscription_->SomethingWaits()) surroundings_.outbox.Wake(self_);
    return;
  }
  if (message.reset) surroundings_.observer.OnReset(message.reset->reason);
  sent_ = ToByteBuffer(message);
  const absl::Duration waited = message.events.oldest_published
                                    ? now - *message.events.oldest_published
                                    : absl::ZeroDuration();
  surroundings_.observer.OnMessageSent(message.events.events, sent_.Length(), waited);
  writing_ = true;
  StartWrite(&sent_);
}

void SubscriberStream::End(const absl::Status& reason) {
  if (finished_) return;
  finished_ = true;
  end_code_ = reason.code();
  if (writing_) {
    cancel_at_ = surroundings_.clock.Monotonic() + kFinishPatience;
    surroundings_.outbox.Wake(self_);
  }
  Finish(ToGrpcStatus(reason));
}

void SubscriberStream::Drain(absl::Duration deadline) {
  MutexLock lock(mutex_);
  drain_by_ = deadline;
}

void SubscriberStream::Abort() {
  MutexLock lock(mutex_);
  if (done_) return;
  context_.TryCancel();
  End(absl::UnavailableError("the server has failed"));
}

}  // namespace cache_invalidation::rpc
