#include "client/internal/subscribe_stream.h"

#include <utility>

#include "client/internal/unary_call.h"

namespace cache_invalidation::client::internal {

SubscribeStream::SubscribeStream(v1::SubscriptionService::Stub& stub, v1::SubscribeRequest first,
                                 std::shared_ptr<SubscriptionMailbox> mailbox)
    : mailbox_(std::move(mailbox)), request_(std::move(first)) {
  stub.async()->Subscribe(&context_, this);
  // Reads and writes are started from outside of gRPC's callbacks: without a hold the stream could
  // end, and be gone, between two of them.
  AddHold();
  mailbox_->SetSending();
  StartWrite(&request_);
  StartRead(&response_);
  StartCall();
}

void SubscribeStream::Send(v1::SubscribeRequest request) {
  mailbox_->SetSending();
  request_ = std::move(request);
  StartWrite(&request_);
}

void SubscribeStream::ReadNext() { StartRead(&response_); }

void SubscribeStream::OnReadDone(bool ok) {
  if (ok) {
    mailbox_->PutMessage(std::move(response_));
  } else {
    mailbox_->PutClosing();
  }
}

// A write that failed means that the stream is over, which reading tells, too.
void SubscribeStream::OnWriteDone(bool /*ok*/) { mailbox_->PutSent(); }

void SubscribeStream::OnDone(const grpc::Status& status) {
  // Whoever takes the end destroys this object.
  const std::shared_ptr<SubscriptionMailbox> mailbox = mailbox_;
  mailbox->PutEnded(FromGrpc(status));
}

}  // namespace cache_invalidation::client::internal
