#ifndef CACHE_INVALIDATION_SERVER_RPC_SUBSCRIBER_STREAM_H_
#define CACHE_INVALIDATION_SERVER_RPC_SUBSCRIBER_STREAM_H_

#include <atomic>
#include <cstddef>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "server/delivery/stream_core.h"

namespace cache_invalidation::rpc {

// One Subscribe call: gRPC's side of a delivery::StreamCore, which decides what happens on it.
//
// The rules it lives by, each learnt from gRPC 1.51; the core keeps 2 to 4 for every transport:
//   1. gRPC calls it until OnDone, which deletes it. The core lives on until the outbox has seen
//      that it is over.
//   2. The core's mutex guards every gRPC call on it. Nothing starts once it has finished;
//      TryCancel only while it is not done.
//   3. Finish is called once, for the first reason to end.
//   4. Finish does not end a call whose write is pending: then it is cancelled one second later.
//   5. OnReadDone(false) is a half-close and ends nothing.
class SubscriberStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                               private delivery::StreamTransport {
 public:
  // Begins to read. `open` is decremented when it is done.
  SubscriberStream(const delivery::StreamSurroundings& surroundings,
                   grpc::CallbackServerContext& context, std::atomic<size_t>& open);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override { core_->OnCancel(); }
  void OnDone() override;

 private:
  absl::StatusOr<delivery::ReceivedMessage> Received();

  void Read() override { StartRead(&received_); }
  size_t Encode(const delivery::Message& message) override;
  void Write() override { StartWrite(&sent_); }
  void End(const absl::Status& status) override;
  void Cancel() override { context_.TryCancel(); }

  grpc::CallbackServerContext& context_;
  std::atomic<size_t>& open_;
  bool is_first_ = true;       // the next message is
  grpc::ByteBuffer received_;  // gRPC's while a read is pending
  grpc::ByteBuffer sent_;      // gRPC's while a write is pending
  const std::shared_ptr<delivery::StreamCore> core_;
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_SUBSCRIBER_STREAM_H_
