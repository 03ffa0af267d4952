// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/subscription_service.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/random/random.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/check.h"
#include "google/protobuf/arena.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "server/delivery/stream_core.h"
#include "server/rpc/call_limits.h"
#include "server/rpc/conversion/encoded_message.h"
#include "server/rpc/conversion/subscription_conversion.h"

namespace cache_invalidation::rpc {
namespace {

std::string RandomInstance() {
  absl::BitGen random;
  return absl::StrCat(absl::Hex(absl::Uniform<uint64_t>(random), absl::kZeroPad16),
                      absl::Hex(absl::Uniform<uint64_t>(random), absl::kZeroPad16));
}

using Reactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

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
class SubscriberStream final : public Reactor, private delivery::StreamTransport {
 public:
  // Begins to read. The caller was admitted. `open` is decremented when it is done.
  SubscriberStream(const delivery::StreamSurroundings& surroundings,
                   const AllowedNamespaces& namespaces, std::unique_ptr<CallAccess> access,
                   grpc::CallbackServerContext& context, std::atomic<size_t>& open)
      : namespaces_(namespaces),
        access_(std::move(access)),
        context_(context),
        open_(open),
        core_(delivery::StreamCore::Start(surroundings, *this)) {}

  void OnReadDone(bool ok) override {
    if (ok) core_->OnRead(Received());
  }

  void OnWriteDone(bool ok) override {
    sent_.Clear();
    core_->OnWritten(ok);
  }

  void OnCancel() override { core_->OnCancel(); }

  void OnDone() override {
    core_->OnDone();
    std::atomic<size_t>& open = open_;
    delete this;
    open.fetch_sub(1, std::memory_order_relaxed);
  }

 private:
  absl::StatusOr<delivery::ReceivedMessage> Received() {
    const absl::StatusOr<v1::SubscribeRequest> request = ParseSubscribeRequest(received_);
    received_.Clear();
    if (!request.ok()) return request.status();
    absl::StatusOr<delivery::ReceivedMessage> message =
        ToReceivedMessage(*request, std::exchange(is_first_, false));
    if (!message.ok() || !message->subscription) return message;
    delivery::SessionKey& session = message->subscription->session;
    absl::Status status = access_->Enter(session.namespace_name);
    status.Update(namespaces_.Check(session.namespace_name));
    if (!status.ok()) return status;
    if (session.instance.empty()) session.instance = RandomInstance();
    return message;
  }

  absl::Status MayGoOn() override { return access_->Recheck(); }
  void Read() override { StartRead(&received_); }
  size_t Encode(const delivery::Message& message) override {
    sent_ = ToByteBuffer(message);
    return sent_.Length();
  }
  void Write() override { StartWrite(&sent_); }
  void End(const absl::Status& status) override { Finish(ToGrpcStatus(status)); }
  void Cancel() override { context_.TryCancel(); }

  const AllowedNamespaces& namespaces_;
  const std::unique_ptr<CallAccess> access_;
  grpc::CallbackServerContext& context_;
  std::atomic<size_t>& open_;
  bool is_first_ = true;       // the next message is
  grpc::ByteBuffer received_;  // gRPC's while a read is pending
  grpc::ByteBuffer sent_;      // gRPC's while a write is pending
  const std::shared_ptr<delivery::StreamCore> core_;
};

}  // namespace

SubscriptionService::SubscriptionService(size_t max_streams,
                                         const delivery::StreamSurroundings& surroundings,
                                         const Guards& guards)
    : max_streams_(max_streams),
      surroundings_(surroundings),
      guards_(guards),
      subscribe_(access::MethodOf(v1::SubscriptionService::service_full_name(), "Subscribe")),
      list_(
          {guards.access, guards.admission, guards.open_calls, surroundings.clock, guards.metrics},
          v1::SubscriptionService::service_full_name(), "ListSubscribers") {
  AddMethod("ListSubscribers", [this](grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
    return list_.Start<v1::ListSubscribersRequest, v1::ListSubscribersResponse>(
        context, *request, response,
        [this](const auto& asked, CallAccess& access, google::protobuf::Arena& arena, auto* page) {
          return rpc::ListSubscribers(
              asked,
              [this, &access](absl::string_view name) { return SubscribersOf(name, access); },
              arena, page);
        });
  });
}

absl::StatusOr<SubscribersNow> SubscriptionService::SubscribersOf(absl::string_view namespace_name,
                                                                  CallAccess& access) const {
  if (absl::Status status = access.Enter(namespace_name); !status.ok()) return status;
  if (absl::Status status = guards_.namespaces.Check(namespace_name); !status.ok()) return status;
  const delivery::Hub& hub = surroundings_.hub;
  return SubscribersNow{.sessions = hub.sessions(namespace_name),
                        .head = hub.head(namespace_name),
                        .epoch = hub.epoch(),
                        .monotonic = surroundings_.clock.Monotonic(),
                        .wall = surroundings_.clock.Now()};
}

SubscriptionService::~SubscriptionService() {
  Check(streams() == 0, "the server has ended every stream before its services are destroyed");
}

Reactor* SubscriptionService::Subscribe(grpc::CallbackServerContext* context) {
  auto access = std::make_unique<CallAccess>(guards_.access, subscribe_, *context);
  if (absl::Status status = access->Admit(); !status.ok()) return new RefusedCall<Reactor>(status);
  if (absl::Status status = guards_.admission.AdmitToKeep(); !status.ok()) {
    return new RefusedCall<Reactor>(status);
  }
  if (streams_.fetch_add(1, std::memory_order_relaxed) >= max_streams_) {
    streams_.fetch_sub(1, std::memory_order_relaxed);
    return new RefusedCall<Reactor>(absl::ResourceExhaustedError(
        absl::StrCat("expected at most ", max_streams_, " subscriptions")));
  }
  return new SubscriberStream(surroundings_, guards_.namespaces, std::move(access), *context,
                              streams_);
}

}  // namespace cache_invalidation::rpc
