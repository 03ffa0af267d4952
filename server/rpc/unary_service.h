// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_RPC_UNARY_SERVICE_H_
#define CACHE_INVALIDATION_SERVER_RPC_UNARY_SERVICE_H_

#include <functional>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/check.h"
#include "common/clock.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "server/access/access.h"
#include "server/access/roles.h"
#include "server/metrics/rpc_metrics.h"
#include "server/rpc/call_access.h"
#include "server/rpc/call_limits.h"
#include "server/rpc/conversion/encoded_message.h"

namespace cache_invalidation::rpc {

// A service of the contract whose unary methods are added by name and take raw bytes, as the
// generated WithRawCallbackMethod_* do. `Base`: the generated service, with the methods that are
// not unary.
template <typename Contract, typename Base = typename Contract::Service>
class UnaryService : public Base {
 protected:
  using StartFunction = std::function<grpc::ServerUnaryReactor*(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response)>;

  // `start` begins each call of the method.
  void AddMethod(const char* name, StartFunction start) {
    const google::protobuf::MethodDescriptor* found =
        google::protobuf::DescriptorPool::generated_pool()
            ->FindServiceByName(Contract::service_full_name())
            ->FindMethodByName(name);
    Check(found != nullptr, "the contract has every method that is added");
    this->MarkMethodRawCallback(
        found->index(),
        new grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
            std::move(start)));
  }
};

// A unary method that needs no shard: each call finishes at once, on gRPC's thread. Thread-safe.
class ImmediateMethod {
 public:
  // What its calls pass, as those of shards do. Outlives it.
  struct Guards {
    access::Access& access;
    const Admission& admission;
    OpenCalls& open_calls;
    const Clock& clock;
    metrics::RpcMetrics& metrics;
  };

  ImmediateMethod(const Guards& guards, absl::string_view service, absl::string_view method)
      : guards_(guards),
        method_(access::MethodOf(service, method)),
        metrics_(guards.metrics, service, method, metrics::RpcType::kUnary) {}

  // `fill` checks the request, and whether the caller, which was admitted, may enter the namespace;
  // then it fills in the response.
  template <typename Request, typename Response>
  using Fill = absl::FunctionRef<absl::Status(const Request& request, CallAccess& access,
                                              google::protobuf::Arena& arena, Response* response)>;

  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Start(grpc::CallbackServerContext* context,
                                  const grpc::ByteBuffer& request, grpc::ByteBuffer* response,
                                  Fill<Request, Response> fill) {
    const absl::Duration started = guards_.clock.Monotonic();
    metrics_.Started();
    auto* call = new Call(guards_.open_calls);
    absl::Status status = CheckDeadline(*context);
    if (status.ok()) status = Answer(*context, request, response, fill);
    if (status.ok()) metrics_.MessageSent();
    metrics_.Handled(status.code(), guards_.clock.Monotonic() - started);
    call->End(*response, status, *context);
    return call;
  }

 private:
  // A call until its response is on the way. Owned by gRPC: OnDone, which follows End, deletes it.
  class Call final : public grpc::ServerUnaryReactor {
   public:
    explicit Call(OpenCalls& calls) : open_(calls) {}

    void End(const grpc::ByteBuffer& response, const absl::Status& status,
             grpc::CallbackServerContext& context) {
      open_.BeginResponse(response.Valid() ? response.Length() : 0, context);
      Finish(ToGrpcStatus(status));
    }

    void OnDone() override { delete this; }

   private:
    OpenCalls::Call open_;
  };

  template <typename Request, typename Response>
  absl::Status Answer(grpc::CallbackServerContext& context, const grpc::ByteBuffer& bytes,
                      grpc::ByteBuffer* answer, Fill<Request, Response> fill) {
    CallAccess access(guards_.access, method_, context);
    if (absl::Status status = access.Admit(); !status.ok()) return status;
    if (!bytes.Valid()) return absl::InvalidArgumentError("expected a message, got none");
    metrics_.MessageReceived();
    if (absl::Status status = guards_.admission.Admit(); !status.ok()) return status;
    google::protobuf::Arena arena;
    auto& request = *google::protobuf::Arena::CreateMessage<Request>(&arena);
    absl::Status status = ParseMessage(ReceivedBytes(bytes).view(), request);
    if (!status.ok()) return status;
    auto& response = *google::protobuf::Arena::CreateMessage<Response>(&arena);
    status = fill(request, access, arena, &response);
    if (status.ok()) *answer = ToByteBuffer(response);
    return status;
  }

  const Guards guards_;
  const access::Method& method_;
  metrics::MethodMetrics metrics_;
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_UNARY_SERVICE_H_
