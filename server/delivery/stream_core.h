// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_STREAM_CORE_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_STREAM_CORE_H_

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/limits.h"
#include "common/mutex.h"
#include "server/delivery/hub.h"
#include "server/delivery/lease_record.h"
#include "server/delivery/observer.h"
#include "server/delivery/outbox.h"
#include "server/delivery/subscription.h"
#include "server/delivery/waiting_calls.h"

namespace cache_invalidation::delivery {

// A message of the client.
struct ReceivedMessage {
  std::optional<SubscriptionRequest> subscription;  // of the first message, and only of it
  ClientMessage says;
};

// The call that carries a stream. A StreamCore calls it with its lock held: no method blocks, or
// calls the core before it returns.
class StreamTransport {
 public:
  virtual ~StreamTransport() = default;

  // Whether the caller may still receive what it asked for. Asked whenever the stream is driven and
  // before each message; an error ends the stream.
  virtual absl::Status MayGoOn() { return absl::OkStatus(); }

  // Starts to read the next message, which is reported with StreamCore::OnRead.
  virtual void Read() = 0;

  // Encodes the message that the next Write sends. Returns its size in bytes.
  virtual size_t Encode(const Message& message) = 0;
  // Starts to write it; StreamCore::OnWritten reports the end.
  virtual void Write() = 0;

  // Ends the call with this status as soon as no write is pending. Called once at most; nothing but
  // Cancel follows.
  virtual void End(const absl::Status& status) = 0;

  // Ends the call whatever is pending.
  virtual void Cancel() = 0;
};

// What all streams share. Everything in it outlives them.
struct StreamSurroundings {
  Hub& hub;
  StreamWaker& outbox;
  WaitingCalls& waiting;
  LeaseRecord& leases;
  const Clock& clock;
  DeliveryObserver& observer;
  // How long a stream may take to say what it wants.
  absl::Duration first_message_timeout = kFirstMessageTimeout;
};

// What a subscriber's stream decides: everything about one Subscribe call except how its transport
// carries it.
//
// It waits for the first message, and then until the lease of an acknowledging subscriber may be
// told; then it sends what its Subscription says, until there is a first reason to end. Writes
// start when the outbox drives the stream, or at once after another write when much waits. The core
// wakes the outbox whenever something has happened that Drive has to look at.
//
// The outbox keeps it alive until it is over, its transport until OnDone. Thread-safe; the methods
// `On...` are called by the transport.
class StreamCore final : public OutboxStream, public std::enable_shared_from_this<StreamCore> {
 public:
  // How long a client may leave the last message unread after the stream has ended.
  static constexpr absl::Duration kFinishPatience = absl::Seconds(1);
  // How long a client may leave one message unread while the server drains. One that reads a
  // message in this time gets all that was published; one that reads nothing is no reason to wait,
  // and resumes from its position like every other.
  static constexpr absl::Duration kDrainPatience = absl::Seconds(2);

  // A stream that has begun to read. `transport` must live until OnDone.
  static std::shared_ptr<StreamCore> Start(const StreamSurroundings& surroundings,
                                           StreamTransport& transport);

  // The message that was read, or why it is wrong. REQUIRES: the first message has a subscription,
  // no later one has.
  void OnRead(absl::StatusOr<ReceivedMessage> message) ABSL_LOCKS_EXCLUDED(mutex_);
  // The write has ended. False: it failed, because the client is gone.
  void OnWritten(bool ok) ABSL_LOCKS_EXCLUDED(mutex_);
  // The client is gone.
  void OnCancel() ABSL_LOCKS_EXCLUDED(mutex_);
  // The call has ended: the transport is not called any more. Nothing may be called after it.
  void OnDone() ABSL_LOCKS_EXCLUDED(mutex_);

  Upkeep Drive(absl::Duration now) override ABSL_LOCKS_EXCLUDED(mutex_);
  void Drain(absl::Duration deadline) override ABSL_LOCKS_EXCLUDED(mutex_);
  void Abort() override ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  StreamCore(const StreamSurroundings& surroundings, StreamTransport& transport);

  absl::Status Receive(ReceivedMessage message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Open(SubscriptionRequest request) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnLeaseGranted() ABSL_LOCKS_EXCLUDED(mutex_);
  void DriveUnopened(absl::Duration now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DriveOpen(absl::Duration now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Duration WakeAt(absl::Duration now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // When a write that is pending is stalled, if the server drains.
  absl::Duration StalledAt() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return std::max(drains_since_, writes_since_) + kDrainPatience;
  }
  // Whether a call that has ended is watched until it is done.
  bool IsWatched() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return writing_ || drain_by_; }
  // Starts a write if there is something to say. REQUIRES: open, its lease granted, not writing,
  // not ended.
  void Send(absl::Duration now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Reports progress to the calls that wait for this subscriber.
  void TellProgress() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (subscription_->TakeAwaitedProgress()) surroundings_.waiting.Look(*subscription_->session());
  }
  void End(const absl::Status& reason) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Why it ends when the server stops, and where the client goes on.
  absl::Status Stopping() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Wake() { surroundings_.outbox.Wake(shared_from_this()); }

  const StreamSurroundings surroundings_;
  const absl::Duration first_message_by_;

  Mutex mutex_;  // taken before every other lock
  StreamTransport& transport_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Subscription> subscription_ ABSL_GUARDED_BY(mutex_);  // null: not opened yet
  std::optional<absl::Duration> drain_by_ ABSL_GUARDED_BY(mutex_);
  absl::Duration drains_since_ ABSL_GUARDED_BY(mutex_);
  bool lease_granted_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Duration writes_since_ ABSL_GUARDED_BY(mutex_);
  bool missed_turn_ ABSL_GUARDED_BY(mutex_) = false;  // driven while writing
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;        // StreamTransport::End was called
  bool done_ ABSL_GUARDED_BY(mutex_) = false;         // OnDone has been called
  // When a call that has ended is cancelled if its write is still pending, or, while the server
  // drains, if it is not done.
  absl::Duration cancel_at_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteDuration();
  absl::StatusCode end_code_ ABSL_GUARDED_BY(mutex_) = absl::StatusCode::kOk;
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_STREAM_CORE_H_
