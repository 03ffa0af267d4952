// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/subscription.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/limits.h"

namespace cache_invalidation::delivery {
namespace {

// Room in a message for everything except events.
constexpr size_t kControlBytes = 1024;

// Limit on waiting echoes; beyond it the newest replaces its predecessor, which only delays that
// echo.
constexpr size_t kMaxEchoes = 16;

// A client that receives nothing for a third of its lease should assume that its stream is dead.
absl::Duration HeartbeatFor(absl::Duration heartbeat, absl::Duration lease) {
  return std::min(heartbeat, lease / 3);
}

}  // namespace

absl::Status SupersededError() {
  return absl::AbortedError("a newer stream of the same subscriber instance has taken over");
}

Subscription::Subscription(Settings settings, SubscriptionRequest request,
                           std::shared_ptr<Channel> channel, AttachedSession attached,
                           absl::Duration now)
    : epoch_(std::move(settings.epoch)),
      channel_(std::move(channel)),
      session_(std::move(attached.session)),
      stream_(attached.attachment.stream),
      lease_(request.terms.lease),
      heartbeat_(HeartbeatFor(settings.heartbeat, lease_)),
      cursor_(channel_, channel_->GroupOf(request.filter), 0),
      last_sent_(now),
      applied_(attached.attachment.applied.value_or(0)) {
  const RetainedRevisions retained = channel_->retained();
  start_after_ = retained.head;
  if (request.start_after) {
    start_reset_ = CheckPosition(*request.start_after, epoch_, retained);
    if (!start_reset_) start_after_ = request.start_after->revision;
  }
  cursor_.JumpTo(start_after_);
  told_ = start_after_;
  NoteBegun(cursor_.group(), now);
  of_other_history_ = start_reset_ && *start_reset_ != ResetReason::kTrimmed;
  if (start_reset_) return;
  if (!attached.attachment.applied && !request.start_after) {
    // It has cached nothing older.
    applied_ = AppliedRevision(start_after_);
  } else {
    // Everything up to there may have been sent to it on an earlier stream, here or elsewhere.
    applied_.Sent(applied_.revision() + 1, start_after_);
    applied_.Passed(start_after_);
  }
  TellApplied();
}

void Subscription::NoteBegun(const std::shared_ptr<FilterGroup>& group, absl::Duration now) {
  noted_sent_ = start_after_;
  // The filter lives as long as its group; null: everything passes.
  std::shared_ptr<const Filter> filter;
  if (group != nullptr) filter = {group, &group->filter()};
  session_->NoteBegun(
      stream_, {.start_after = start_after_, .sent = start_after_, .since = now, .filter = filter});
}

absl::Status Subscription::Receive(const ClientMessage& message, absl::Duration now) {
  if (superseded()) return SupersededError();
  // An acknowledgement may refer to the history that the client comes from, and is ignored then,
  // until it is at or above the start of the Reset.
  if (started_ && message.acknowledged_revision >= std::max<uint64_t>(reset_start_, 1) &&
      message.acknowledged_revision <= told_) {
    of_other_history_ = false;
  }
  const bool says_nothing = of_other_history_ || (!started_ && start_reset_.has_value());
  if (message.acknowledged_revision > told_ && !says_nothing) {
    return absl::InvalidArgumentError(absl::StrCat("acknowledged_revision: expected at most ",
                                                   told_, ", the last revision that was sent, got ",
                                                   message.acknowledged_revision));
  }
  // Before the head is read: a call that waits for a revision that the echo does not cover sees the
  // longer lease.
  session_->Renew(stream_, now);
  if (message.acknowledged_revision != 0 && !says_nothing) {
    applied_.Acknowledged(message.acknowledged_revision);
    TellApplied();
  }
  if (message.leaves) {
    left_ = true;
    if (session_->Leave(stream_)) awaited_progress_ = true;
  }
  if (message.sequence != 0) {
    const Echo echo{message.sequence, channel_->head()};
    if (!echoes_.empty() && (echoes_.back().after == echo.after || echoes_.size() == kMaxEchoes)) {
      echoes_.back() = {std::max(echoes_.back().sequence, echo.sequence), echo.after};
    } else {
      echoes_.push_back(echo);
    }
  }
  return absl::OkStatus();
}

Message Subscription::Last(absl::Duration now) {
  Message message = Compose(now, !farewell_said_ || told_ < channel_->head());
  farewell_said_ = cursor_.at_head();
  return message;
}

Message Subscription::Compose(absl::Duration now, bool tell_progress) {
  Message message;
  if (!started_) AddStarted(message);
  std::optional<Batch> events = cursor_.Next(kMaxSubscribeMessageBytes - kControlBytes);
  if (events) {
    message.events = *std::move(events);
    NoteSent(message.events);
    told_ = std::max(told_, message.events.completed);
    if (!message.events.slices.empty()) unfinished_ = message.events.unfinished;
    // A part of a revision shows the client that all revisions before it are complete, including
    // those of which nothing passed.
    if (unfinished_ != 0) told_ = std::max(told_, unfinished_ - 1);
  } else {
    AddReset(ResetReason::kTrimmed, message);
  }
  // A revision whose last part does not pass the filter needs a Progress to be complete.
  const bool ended_unseen = unfinished_ != 0 && cursor_.position() >= unfinished_;
  if (tell_progress || ended_unseen || EchoDue()) AddProgress(message);
  if (cursor_.position() != noted_sent_) {
    noted_sent_ = cursor_.position();
    session_->NoteSent(stream_, noted_sent_);
  }
  if (!message.empty()) last_sent_ = now;
  return message;
}

void Subscription::AddStarted(Message& message) {
  started_ = true;
  // Both name one revision: the head may have advanced since the stream was opened.
  if (start_reset_) {
    AddReset(*start_reset_, message);
    start_after_ = message.reset->start_after.revision;
  }
  message.started = Started{
      {epoch_, channel_->head()}, lease_, start_after_, heartbeat_, session_->key().instance};
}

void Subscription::AddReset(ResetReason reason, Message& message) {
  const RetainedRevisions retained = channel_->retained();
  if (message.reset) reason = message.reset->reason;
  // The client caches nothing after a reset, so it needs nothing older than the head. The reset has
  // to be acknowledged like an event; if there is no revision yet, with the next one.
  applied_.Sent(applied_.passed() + 1, std::max(applied_.passed() + 1, retained.head));
  applied_.Passed(retained.head);
  cursor_.JumpTo(retained.head);
  told_ = retained.head;
  reset_start_ = retained.head;
  unfinished_ = 0;
  const uint64_t oldest = retained.floor < retained.head ? retained.floor + 1 : 0;
  message.reset = Reset{reason, oldest, {epoch_, retained.head}};
}

void Subscription::NoteSent(const Batch& events) {
  for (const Slice& slice : events.slices) applied_.Sent(slice.first_revision, slice.last_revision);
  applied_.Passed(cursor_.position());
  TellApplied();
}

void Subscription::AddProgress(Message& message) {
  while (EchoDue()) {
    echoed_sequence_ = std::max(echoed_sequence_, echoes_.front().sequence);
    echoes_.pop_front();
  }
  const uint64_t revision = cursor_.position();
  message.progress = Progress{revision, echoed_sequence_};
  told_ = std::max(told_, revision);
  if (unfinished_ <= revision) unfinished_ = 0;
}

}  // namespace cache_invalidation::delivery
