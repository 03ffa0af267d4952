#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_BIDI_STREAM_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_BIDI_STREAM_H_

#include <memory>
#include <utility>

#include "client/internal/stream_mailbox.h"
#include "client/internal/unary_call.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/client_callback.h"

namespace cache_invalidation::client::internal {

// One stream in both directions, from its start to its end, which reports to a mailbox. All methods
// are called from the thread that takes from the mailbox.
//
// Messages are read until the mailbox says that the stream is closing; then Close must be called,
// and the object must live until the mailbox was told of the end.
template <typename Request, typename Response>
class BidiStream final : public grpc::ClientBidiReactor<Request, Response> {
 public:
  using Mailbox = StreamMailbox<Response>;

  // `begin` starts the call of the generated stub with the context and the reactor it is given.
  // `waits_for_connection`: see RetrySchedule::WaitsForConnection.
  template <typename Begin>
  BidiStream(std::shared_ptr<Mailbox> mailbox, bool waits_for_connection, Begin begin)
      : mailbox_(std::move(mailbox)) {
    context_.set_wait_for_ready(waits_for_connection);
    begin(&context_, this);
    // Reads and writes are started from outside of gRPC's callbacks: without a hold the stream
    // could end, and be gone, between two of them.
    this->AddHold();
    this->StartRead(&response_);
    this->StartCall();
  }

  // Sends a message. REQUIRES: the mailbox says that none is on its way.
  void Send(Request request) {
    mailbox_->SetSending();
    request_ = std::move(request);
    this->StartWrite(&request_);
  }

  // Nothing more will be sent; the service may end the stream when it has answered everything.
  // REQUIRES: as Send, which must not be called any more.
  void HalfClose() {
    mailbox_->SetSending();
    this->StartWritesDone();
  }

  // Reads the next message. REQUIRES: the last one was taken from the mailbox.
  void ReadNext() { this->StartRead(&response_); }

  // Makes reading fail soon, whatever the service does.
  void Cancel() { context_.TryCancel(); }

  // Nothing more is sent or read. REQUIRES: the mailbox says that the stream is closing.
  void Close() { this->RemoveHold(); }

 private:
  void OnReadDone(bool ok) override {
    if (ok) {
      mailbox_->PutMessage(std::move(response_));
    } else {
      mailbox_->PutClosing();
    }
  }

  // A write that failed means that the stream is over, which reading tells, too.
  void OnWriteDone(bool /*ok*/) override { mailbox_->PutSent(); }
  void OnWritesDoneDone(bool /*ok*/) override {}

  void OnDone(const grpc::Status& status) override {
    // Whoever takes the end destroys this object.
    const std::shared_ptr<Mailbox> mailbox = mailbox_;
    mailbox->PutEnded(FromGrpc(status));
  }

  const std::shared_ptr<Mailbox> mailbox_;
  grpc::ClientContext context_;
  Request request_;    // the one on its way
  Response response_;  // the one being read
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_BIDI_STREAM_H_
