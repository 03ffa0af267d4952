#ifndef CACHE_INVALIDATION_SERVER_RPC_SUBSCRIBER_STREAM_H_
#define CACHE_INVALIDATION_SERVER_RPC_SUBSCRIBER_STREAM_H_

#include <atomic>
#include <cstddef>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "server/delivery/hub.h"
#include "server/delivery/lease_record.h"
#include "server/delivery/observer.h"
#include "server/delivery/outbox.h"
#include "server/delivery/waiting_calls.h"

namespace cache_invalidation::rpc {

// What streams share. Everything in it outlives the grpc::Server.
struct StreamSurroundings {
  delivery::Hub& hub;
  delivery::Outbox& outbox;
  delivery::WaitingCalls& waiting;
  delivery::LeaseRecord& leases;
  const Clock& clock;
  delivery::DeliveryObserver& observer;
  std::atomic<size_t>& streams;  // counted down when a stream is done
  absl::Duration first_message_timeout;
};

// One Subscribe call.
//
// It waits for the first message, and until the lease of an acknowledging subscriber may be told;
// then it sends what its delivery::Subscription says until somebody
// has a reason to end it. All writes start on the outbox's thread, or in OnWriteDone when much
// waits.
//
// The rules it lives by, each learnt from gRPC 1.51:
//   1. It holds a shared_ptr to itself until the end of OnDone; the outbox holds another until it
//      has seen that the stream is over.
//   2. One mutex guards its state and every gRPC call on it. Nothing starts once it has finished;
//      TryCancel only while it is not done.
//   3. Whoever sees the first reason to end calls Finish, once.
//   4. Finish does not end a call whose write is pending: then it is cancelled one second later.
//   5. OnReadDone(false) is a half-close and ends nothing.
//
// Thread-safe.
class SubscriberStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                               public delivery::OutboxStream {
 public:
  // A stream that has begun to read. It deletes itself; for gRPC.
  static SubscriberStream* Start(const StreamSurroundings& surroundings,
                                 grpc::CallbackServerContext& context);

  void OnReadDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnCancel() override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnDone() override ABSL_LOCKS_EXCLUDED(mutex_);

  Upkeep Drive(absl::Duration now) override ABSL_LOCKS_EXCLUDED(mutex_);
  void Drain(absl::Duration deadline) override ABSL_LOCKS_EXCLUDED(mutex_);
  void Abort() override ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  SubscriberStream(const StreamSurroundings& surroundings, grpc::CallbackServerContext& context);

  // The first message has come.
  absl::Status Open(delivery::SubscriptionRequest request) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnLeaseGranted() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Receive() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Starts a write if there is something to say. REQUIRES: open, its lease granted, not writing,
  // not finished.
  void Send(absl::Duration now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Tells calls that wait for this subscriber if it has got further.
  void TellProgress() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void End(const absl::Status& reason) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DriveUnopened(absl::Duration now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DriveOpen(absl::Duration now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Duration WakeAt(absl::Duration now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const StreamSurroundings surroundings_;
  grpc::CallbackServerContext& context_;
  const absl::Duration first_message_by_;

  grpc::ByteBuffer received_;  // gRPC's while a read is pending

  Mutex mutex_;  // taken before every other lock
  std::shared_ptr<SubscriberStream> self_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<delivery::Subscription> subscription_ ABSL_GUARDED_BY(mutex_);
  grpc::ByteBuffer sent_ ABSL_GUARDED_BY(mutex_);  // gRPC's while a write is pending
  absl::optional<absl::Duration> drain_by_ ABSL_GUARDED_BY(mutex_);
  bool lease_granted_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;  // Finish has been called
  bool done_ ABSL_GUARDED_BY(mutex_) = false;      // OnDone has been called
  // When a call that has finished is cancelled if its write is still pending.
  absl::Duration cancel_at_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteDuration();
  absl::StatusCode end_code_ ABSL_GUARDED_BY(mutex_) = absl::StatusCode::kOk;
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_SUBSCRIBER_STREAM_H_
