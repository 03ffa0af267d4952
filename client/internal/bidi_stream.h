// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_BIDI_STREAM_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_BIDI_STREAM_H_

#include <memory>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/internal/started_call.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/client_callback.h"

namespace cache_invalidation::client::internal {

// The inbox of the thread that runs a stream. gRPC's threads put the events of the stream,
// application threads put wake-ups and the stop. Holds one message: the stream reads the next one
// after it was taken. Thread-safe.
template <typename Response>
class StreamMailbox {
 public:
  // What arrived since the last Take.
  struct Mail {
    std::optional<Response> message;
    bool closing = false;  // the stream has no more messages
    bool sending = false;  // a message is being sent; true until PutSent
    bool stopped = false;  // never reset
  };

  explicit StreamMailbox(Clock& clock) : clock_(clock) {}

  // Called by the stream.

  void PutMessage(Response message) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    mail_.message = std::move(message);
    WakeUp();
  }

  void PutClosing() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    mail_.closing = true;
    WakeUp();
  }

  void PutSent() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    mail_.sending = false;
    WakeUp();
  }

  void PutEnded(absl::Status status) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    ended_ = std::move(status);
    WakeUp();
  }

  // Called by the application.

  // Wakes the thread to look for new work.
  void Poke() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    WakeUp();
  }

  void Stop() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    mail_.stopped = true;
    WakeUp();
  }

  // Called by the thread.

  // A message is being sent until PutSent.
  void SetSending() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    mail_.sending = true;
  }

  // Waits until something arrives or Monotonic() reaches `deadline`. Returns what has arrived.
  Mail Take(absl::Duration deadline) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    while (!woken_ && clock_.Monotonic() < deadline) {
      clock_.WaitUntil(mutex_, changed_, deadline);
    }
    woken_ = false;
    Mail taken = std::move(mail_);
    mail_ = {};
    mail_.sending = taken.sending;
    mail_.stopped = taken.stopped;
    return taken;
  }

  // Waits until the stream has ended. Returns its status, and clears what it has put.
  absl::Status TakeEnd() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    while (!ended_.has_value()) changed_.Wait(mutex_);
    absl::Status status = *std::move(ended_);
    ended_.reset();
    mail_.message.reset();
    mail_.closing = false;
    mail_.sending = false;
    return status;
  }

  // Waits until `deadline` or Stop.
  void Sleep(absl::Duration deadline) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    while (!mail_.stopped && clock_.Monotonic() < deadline) {
      clock_.WaitUntil(mutex_, changed_, deadline);
    }
  }

  bool stopped() const ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    return mail_.stopped;
  }

 private:
  void WakeUp() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    woken_ = true;
    changed_.NotifyAll();
  }

  Clock& clock_;
  mutable Mutex mutex_;
  CondVar changed_;
  Mail mail_ ABSL_GUARDED_BY(mutex_);
  std::optional<absl::Status> ended_ ABSL_GUARDED_BY(mutex_);
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;  // something arrived since the last Take
};

// One bidirectional stream, from its start to its end, which reports to a mailbox. All methods are
// called from the thread that takes from the mailbox.
//
// Messages are read until the mailbox reports that the stream is closing. Then Close must be
// called, and the object must live until the mailbox has the end of the stream.
template <typename Request, typename Response>
class BidiStream final : public grpc::ClientBidiReactor<Request, Response> {
 public:
  using Mailbox = StreamMailbox<Response>;

  // `begin` starts the call of the generated stub with the given context and reactor.
  // `waits_for_connection`: see RetrySchedule::WaitsForConnection.
  template <typename Begin>
  BidiStream(std::shared_ptr<Mailbox> mailbox, bool waits_for_connection, Begin begin)
      : mailbox_(std::move(mailbox)) {
    context_.set_wait_for_ready(waits_for_connection);
    begin(&context_, this);
    // Reads and writes are started outside of gRPC's callbacks. Without a hold the stream could end
    // and be destroyed between two of them.
    this->AddHold();
    this->StartRead(&response_);
    this->StartCall();
  }

  // Sends a message. REQUIRES: the mailbox reports none as being sent.
  void Send(Request request) {
    mailbox_->SetSending();
    request_ = std::move(request);
    this->StartWrite(&request_);
  }

  // Ends sending: the service may end the stream once it has answered everything. REQUIRES: as
  // Send, which must not be called any more.
  void HalfClose() {
    mailbox_->SetSending();
    this->StartWritesDone();
  }

  // Reads the next message. REQUIRES: the previous one was taken from the mailbox.
  void ReadNext() { this->StartRead(&response_); }

  // Makes reading fail soon, independent of the service.
  void Cancel() { context_.TryCancel(); }

  // Lets the stream end: nothing more is sent or read. REQUIRES: the mailbox reports that the
  // stream is closing.
  void Close() { this->RemoveHold(); }

 private:
  void OnReadDone(bool ok) override {
    if (ok) {
      mailbox_->PutMessage(std::move(response_));
    } else {
      mailbox_->PutClosing();
    }
  }

  // A failed write means that the stream is over, which the pending read reports as well.
  void OnWriteDone(bool /*ok*/) override { mailbox_->PutSent(); }
  void OnWritesDoneDone(bool /*ok*/) override {}

  void OnDone(const grpc::Status& status) override {
    // Taking the end from the mailbox destroys this object.
    const std::shared_ptr<Mailbox> mailbox = mailbox_;
    mailbox->PutEnded(FromGrpc(status));
  }

  const std::shared_ptr<Mailbox> mailbox_;
  grpc::ClientContext context_;
  Request request_;    // being sent
  Response response_;  // being read
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_BIDI_STREAM_H_
