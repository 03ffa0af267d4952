// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/stream_core.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::delivery {
namespace {

absl::Status ClientGone() { return absl::CancelledError("the client is gone"); }

}  // namespace

std::shared_ptr<StreamCore> StreamCore::Start(const StreamSurroundings& surroundings,
                                              StreamTransport& transport) {
  std::shared_ptr<StreamCore> stream(new StreamCore(surroundings, transport));
  {
    MutexLock lock(stream->mutex_);
    transport.Read();
  }
  stream->Wake();
  return stream;
}

StreamCore::StreamCore(const StreamSurroundings& surroundings, StreamTransport& transport)
    : surroundings_(surroundings),
      first_message_by_(surroundings.clock.Monotonic() + surroundings.first_message_timeout),
      transport_(transport) {
  surroundings_.observer.OnStreamOpened();
}

void StreamCore::OnRead(absl::StatusOr<ReceivedMessage> message) {
  MutexLock lock(mutex_);
  if (ended_) return;
  const absl::Status status = message.ok() ? Receive(*std::move(message)) : message.status();
  if (!status.ok() || subscription_->left()) {
    End(status);
    return;
  }
  transport_.Read();
  Wake();
}

absl::Status StreamCore::Receive(ReceivedMessage message) {
  if (message.subscription) {
    if (absl::Status status = Open(*std::move(message.subscription)); !status.ok()) return status;
  }
  const absl::Status status = subscription_->Receive(message.says, surroundings_.clock.Monotonic());
  TellProgress();
  return status;
}

absl::Status StreamCore::Open(SubscriptionRequest request) {
  if (request.start_after && request.start_after->epoch != surroundings_.hub.epoch()) {
    const auto until = surroundings_.leases.OnStranger(surroundings_.clock.Monotonic());
    if (until) surroundings_.waiting.ExpectStrangers(*until);
  }
  // Nobody waits for the lease of a subscriber that does not acknowledge.
  const absl::Duration lease =
      request.terms.acknowledges ? request.terms.lease : absl::ZeroDuration();
  absl::StatusOr<std::unique_ptr<Subscription>> opened = surroundings_.hub.Open(std::move(request));
  if (!opened.ok()) return opened.status();
  subscription_ = *std::move(opened);
  const auto granted = [stream = weak_from_this()] {
    if (const auto self = stream.lock()) self->OnLeaseGranted();
  };
  lease_granted_ = surroundings_.leases.Grant(lease, surroundings_.clock.Monotonic(), granted);
  return absl::OkStatus();
}

void StreamCore::OnLeaseGranted() {
  MutexLock lock(mutex_);
  lease_granted_ = true;
  if (!done_) Wake();
}

void StreamCore::OnWritten(bool ok) {
  MutexLock lock(mutex_);
  writing_ = false;
  if (!ok) End(ClientGone());
  if (ended_) return;
  const absl::Duration now = surroundings_.clock.Monotonic();
  if (subscription_->ManyWait()) Send(now);
  if (writing_) return;
  const bool missed_turn = std::exchange(missed_turn_, false);
  if (missed_turn || subscription_->SomethingWaits() || drain_by_ ||
      now >= subscription_->heartbeat_at()) {
    Wake();
  }
}

void StreamCore::OnCancel() {
  MutexLock lock(mutex_);
  End(ClientGone());
}

void StreamCore::OnDone() {
  std::unique_ptr<Subscription> subscription;
  {
    MutexLock lock(mutex_);
    done_ = true;
    subscription = std::move(subscription_);
    surroundings_.observer.OnStreamEnded(end_code_);
  }
  if (subscription != nullptr) surroundings_.hub.Close(std::move(subscription));
  Wake();
}

OutboxStream::Upkeep StreamCore::Drive(absl::Duration now) {
  MutexLock lock(mutex_);
  if (done_) return {.over = true};
  if (!ended_) {
    if (const absl::Status status = transport_.MayGoOn(); !status.ok()) {
      End(status);
    } else if (subscription_ == nullptr) {
      DriveUnopened(now);
    } else {
      DriveOpen(now);
    }
  }
  if (ended_ && IsWatched() && now >= cancel_at_) {
    cancel_at_ = absl::InfiniteDuration();
    surroundings_.observer.OnStalledStreamCancelled();
    transport_.Cancel();
  }
  return {.channel = subscription_ == nullptr ? 0 : subscription_->channel().id(),
          .wake_at = WakeAt(now)};
}

void StreamCore::DriveUnopened(absl::Duration now) {
  if (drain_by_) {
    End(Stopping());
  } else if (now >= first_message_by_) {
    End(absl::DeadlineExceededError("the first message did not come in time"));
  }
}

void StreamCore::DriveOpen(absl::Duration now) {
  if (subscription_->superseded()) return End(SupersededError());
  if (writing_) {
    // Its timer can have expired, and only a turn sets it: it needs one after the write.
    missed_turn_ = true;
  } else if (lease_granted_) {
    Send(now);
  }
  if (!drain_by_) return;
  // A lease that is not granted now never will be: nothing is committed any more.
  const bool all_sent = !writing_ && !(lease_granted_ && subscription_->SomethingWaits());
  const bool stalled = writing_ && now >= StalledAt();
  if (all_sent || stalled || now >= *drain_by_) End(Stopping());
  if (stalled) cancel_at_ = now;  // it has had its time
}

absl::Duration StreamCore::WakeAt(absl::Duration now) const {
  if (ended_) return IsWatched() ? cancel_at_ : absl::InfiniteDuration();
  if (subscription_ == nullptr) return first_message_by_;
  absl::Duration wake_at = subscription_->heartbeat_at();
  // Overdue only while a write is pending; OnWritten looks at the time again.
  if (wake_at <= now) wake_at = absl::InfiniteDuration();
  if (drain_by_) wake_at = std::min(*drain_by_, wake_at);
  if (drain_by_ && writing_) wake_at = std::min(StalledAt(), wake_at);
  return wake_at;
}

void StreamCore::Send(absl::Duration now) {
  if (const absl::Status status = transport_.MayGoOn(); !status.ok()) return End(status);
  const Message message = drain_by_ ? subscription_->Last(now) : subscription_->Next(now);
  TellProgress();
  if (message.empty()) {
    // It has looked at a long stretch of history that does not pass; others come first now.
    if (subscription_->SomethingWaits()) Wake();
    return;
  }
  if (message.reset) surroundings_.observer.OnReset(message.reset->reason);
  const size_t bytes = transport_.Encode(message);
  const absl::Duration waited = message.events.oldest_published
                                    ? now - *message.events.oldest_published
                                    : absl::ZeroDuration();
  surroundings_.observer.OnMessageSent(message.events.events, bytes, waited);
  writing_ = true;
  writes_since_ = now;
  transport_.Write();
}

void StreamCore::End(const absl::Status& reason) {
  if (ended_) return;
  ended_ = true;
  end_code_ = reason.code();
  cancel_at_ = surroundings_.clock.Monotonic() + kFinishPatience;
  if (IsWatched()) Wake();
  transport_.End(reason);
}

absl::Status StreamCore::Stopping() const {
  const std::optional<Position> told = subscription_ ? subscription_->told() : std::nullopt;
  if (!told) return absl::UnavailableError("the server is draining: connect again");
  return absl::UnavailableError(
      absl::StrCat("the server is draining: connect again and resume after revision ",
                   told->revision, " of epoch ", told->epoch));
}

void StreamCore::Drain(absl::Duration deadline) {
  MutexLock lock(mutex_);
  drain_by_ = deadline;
  drains_since_ = surroundings_.clock.Monotonic();
}

void StreamCore::Abort() {
  MutexLock lock(mutex_);
  if (done_) return;
  transport_.Cancel();
  End(absl::UnavailableError("the server has failed"));
}

}  // namespace cache_invalidation::delivery
