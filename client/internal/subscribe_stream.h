#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_SUBSCRIBE_STREAM_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_SUBSCRIBE_STREAM_H_

#include <memory>

#include "client/internal/subscription_mailbox.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/client_callback.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/subscription_service.pb.h"

namespace cache_invalidation::client::internal {

// One Subscribe stream, from its first message to its end, which reports to a mailbox. All methods
// are called from the thread that takes from the mailbox.
//
// Messages are read until the mailbox says that the stream is closing; then Close must be called,
// and the object must live until the mailbox was told of the end.
class SubscribeStream final
    : public grpc::ClientBidiReactor<v1::SubscribeRequest, v1::SubscribeResponse> {
 public:
  // Starts the stream and sends its first message.
  SubscribeStream(v1::SubscriptionService::Stub& stub, v1::SubscribeRequest first,
                  std::shared_ptr<SubscriptionMailbox> mailbox);

  // Sends a message. REQUIRES: the mailbox says that none is on its way.
  void Send(v1::SubscribeRequest request);

  // Reads the next message. REQUIRES: the last one was taken from the mailbox.
  void ReadNext();

  // Makes reading fail soon, whatever the service does.
  void Cancel() { context_.TryCancel(); }

  // Nothing more is sent or read. REQUIRES: the mailbox says that the stream is closing.
  void Close() { RemoveHold(); }

 private:
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  const std::shared_ptr<SubscriptionMailbox> mailbox_;
  grpc::ClientContext context_;
  v1::SubscribeRequest request_;    // the one on its way
  v1::SubscribeResponse response_;  // the one being read
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_SUBSCRIBE_STREAM_H_
