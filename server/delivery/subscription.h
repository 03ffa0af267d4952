// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_SUBSCRIPTION_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_SUBSCRIPTION_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/delivery/channel.h"
#include "server/delivery/cursor.h"
#include "server/delivery/filter.h"
#include "server/delivery/position.h"
#include "server/delivery/session_table.h"

namespace cache_invalidation::delivery {

// The request of a client's first message, checked.
struct SubscriptionRequest {
  SessionKey session;                   // with an instance
  std::optional<Position> start_after;  // absent: the head
  Filter filter;
  SessionTerms terms;
};

// What any message of a client may carry; 0: nothing.
struct ClientMessage {
  uint64_t sequence = 0;
  uint64_t acknowledged_revision = 0;
  bool leaves = false;  // for good: its session is over
};

// The parts of a message to the client; the protos of the same names define each.
struct Started {
  Position head;
  absl::Duration lease;
  uint64_t start_after = 0;
  absl::Duration heartbeat;
  std::string instance;
};
struct Reset {
  ResetReason reason = ResetReason::kTrimmed;
  uint64_t oldest_revision = 0;
  Position start_after;
};
struct Progress {
  uint64_t revision = 0;
  uint64_t echoed_sequence = 0;
};

// One message to the client.
struct Message {
  std::optional<Started> started;
  std::optional<Reset> reset;
  Batch events;
  std::optional<Progress> progress;

  bool empty() const { return !started && !reset && !progress && events.slices.empty(); }
};

// The status of a stream whose session has a newer one.
absl::Status SupersededError();

// One stream's subscription: what the client has reported, and what is sent to it next. It knows
// neither threads nor sockets; its caller sends each message that Next returns, in order, before it
// calls Next again.
//
// Guarantees about the messages (the names under which tests check them):
//   ordered       revisions only grow, parts of a revision follow each other;
//   unique        no part twice;
//   atomic        a revision is complete at its last part, at a Progress or at a later revision;
//   gap-free      every revision that passes the filter arrives, or a Reset replaces it;
//   filtered      nothing arrives that cannot concern the filter;
//   truthful      a Progress at R comes after every passing event up to R, and an echo after every
//                 event that was published before the echoed message arrived.
//
// All times are Clock::Monotonic(). Thread-compatible.
class Subscription {
 public:
  struct Settings {
    std::string epoch;
    absl::Duration heartbeat;
  };

  // Begins where `request` asks, or with a Reset if that is impossible. Detaches the session when
  // it is destroyed.
  Subscription(Settings settings, SubscriptionRequest request, std::shared_ptr<Channel> channel,
               AttachedSession attached, absl::Duration now);
  ~Subscription() { session_->Detach(); }
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  // A message arrived, possibly the first one. INVALID_ARGUMENT, with the field's path: it
  // acknowledges a revision that was not sent. ABORTED: superseded().
  absl::Status Receive(const ClientMessage& message, absl::Duration now);

  // The message to send now; empty if there is nothing to send yet.
  Message Next(absl::Duration now) { return Compose(now, now >= heartbeat_at()); }

  // The same for a stream that is about to end: the last message has a Progress even if none is
  // due, so that the client knows where to resume.
  Message Last(absl::Duration now);

  // The client has left: its session is over, and the stream must end.
  bool left() const { return left_; }

  // Whether so much waits that the stream should go on sending without waiting for its turn.
  bool ManyWait() const { return cursor_.ManyWait(); }

  // Whether Next may have something to send now.
  bool SomethingWaits() const {
    return (!cursor_.at_head() && !cursor_.waiting()) || !started_ || EchoDue();
  }

  // The session has a newer stream; this one must end.
  bool superseded() const { return session_->Superseded(stream_); }

  // Whether the client is known to have applied more, or to have left, since the last call, and a
  // call waits for that.
  bool TakeAwaitedProgress() { return std::exchange(awaited_progress_, false); }

  const std::shared_ptr<SubscriberSession>& session() const { return session_; }

  // When the next heartbeat is due.
  absl::Duration heartbeat_at() const { return last_sent_ + heartbeat_; }

  const Channel& channel() const { return *channel_; }

  // The client knows that it has everything up to here, as far as it has been sent to it; absent
  // before Started.
  std::optional<Position> told() const {
    return started_ ? std::optional(Position{epoch_, told_}) : std::nullopt;
  }

 private:
  // A client's message whose echo is sent after everything up to `after`.
  struct Echo {
    uint64_t sequence = 0;
    uint64_t after = 0;
  };

  Message Compose(absl::Duration now, bool tell_progress);
  void AddStarted(Message& message);
  void AddReset(ResetReason reason, Message& message);
  void AddProgress(Message& message);
  // Records the events of a message, and the position of the cursor.
  void NoteSent(const Batch& events);
  // Tells the session how the stream begins, for operators.
  void NoteBegun(const std::shared_ptr<FilterGroup>& group, absl::Duration now);
  void TellApplied() {
    if (session_->SetApplied(stream_, applied_.revision())) awaited_progress_ = true;
  }
  bool EchoDue() const { return !echoes_.empty() && echoes_.front().after <= cursor_.position(); }

  const std::string epoch_;
  const std::shared_ptr<Channel> channel_;
  const std::shared_ptr<SubscriberSession> session_;
  const uint64_t stream_;  // of the session
  const absl::Duration lease_;
  const absl::Duration heartbeat_;
  std::optional<ResetReason> start_reset_;
  // The client comes from another history and has acknowledged nothing of this one yet.
  bool of_other_history_ = false;
  uint64_t start_after_ = 0;
  Cursor cursor_;

  bool started_ = false;
  bool farewell_said_ = false;  // Last has nothing more to say until there are new events
  absl::Duration last_sent_;
  // The client knows that it has everything up to here; it may acknowledge that.
  uint64_t told_ = 0;
  // What was last reported to the session.
  uint64_t noted_sent_ = 0;
  // A revision whose first parts were sent, but not yet its last; 0: none.
  uint64_t unfinished_ = 0;
  // Of the last Reset.
  uint64_t reset_start_ = 0;
  std::deque<Echo> echoes_;
  uint64_t echoed_sequence_ = 0;

  AppliedRevision applied_;
  bool awaited_progress_ = false;
  bool left_ = false;
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_SUBSCRIPTION_H_
