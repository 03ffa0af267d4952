#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_SUBSCRIPTION_MAILBOX_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_SUBSCRIPTION_MAILBOX_H_

#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/position.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "protos/cache_invalidation/v1/subscription_service.pb.h"

namespace cache_invalidation::client::internal {

// What reaches a subscription's thread from others: from gRPC's what a stream did, from the
// application's acknowledgements and the wish to stop. Holds one message: the stream reads the next
// one when it was taken. Thread-safe.
class SubscriptionMailbox {
 public:
  // What has come since the last Take.
  struct Mail {
    std::optional<v1::SubscribeResponse> message;
    bool closing = false;                  // the stream gives no more messages
    std::optional<Position> acknowledged;  // the latest
    bool sending = false;                  // a message is still on its way; stays until PutSent
    bool stopped = false;                  // stays
  };

  explicit SubscriptionMailbox(Clock& clock) : clock_(clock) {}

  // From the stream.
  void PutMessage(v1::SubscribeResponse message) ABSL_LOCKS_EXCLUDED(mutex_);
  void PutClosing() ABSL_LOCKS_EXCLUDED(mutex_);
  void PutSent() ABSL_LOCKS_EXCLUDED(mutex_);
  void PutEnded(absl::Status status) ABSL_LOCKS_EXCLUDED(mutex_);

  // From the application.
  void PutAcknowledged(const Position& position) ABSL_LOCKS_EXCLUDED(mutex_);
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

  // From the subscription's thread.

  // A message is on its way until PutSent.
  void SetSending() ABSL_LOCKS_EXCLUDED(mutex_);

  // Waits until something has come, or until Monotonic() reaches `deadline`, and takes it.
  Mail Take(absl::Duration deadline) ABSL_LOCKS_EXCLUDED(mutex_);

  // Waits until the stream has ended, answers how, and clears what came of it.
  absl::Status TakeEnd() ABSL_LOCKS_EXCLUDED(mutex_);

  // Waits until `deadline` or Stop.
  void Sleep(absl::Duration deadline) ABSL_LOCKS_EXCLUDED(mutex_);

  bool stopped() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  Clock& clock_;
  mutable Mutex mutex_;
  CondVar changed_;
  Mail mail_ ABSL_GUARDED_BY(mutex_);
  std::optional<absl::Status> ended_ ABSL_GUARDED_BY(mutex_);
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;  // something has come since the last Take
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_SUBSCRIPTION_MAILBOX_H_
