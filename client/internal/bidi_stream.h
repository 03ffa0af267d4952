#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_BIDI_STREAM_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_BIDI_STREAM_H_

#include <memory>
#include <utility>

#include "client/internal/attempt.h"
#include "client/internal/stream_mailbox.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/client_callback.h"

namespace cache_invalidation::client::internal {

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
