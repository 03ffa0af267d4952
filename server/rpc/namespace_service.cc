#include "server/rpc/services.h"

#include "google/protobuf/arena.h"
#include "protos/cache_invalidation/v1/namespace_service.grpc.pb.h"
#include "server/rpc/conversion/encoded_request.h"
#include "server/rpc/conversion/grpc_conversion.h"
#include "server/rpc/conversion/namespace_conversion.h"
#include "server/rpc/unary_call.h"

namespace cache_invalidation::rpc {
namespace {

using Base = v1::NamespaceService;
using Methods = Base::WithRawCallbackMethod_ListNamespaces<
    Base::WithRawCallbackMethod_DeleteNamespace<Base::Service>>;
using Context = grpc::CallbackServerContext;
using Bytes = grpc::ByteBuffer;

class NamespaceService final : public Methods {
 public:
  explicit NamespaceService(const Backend& backend) : backend_(backend) {}

  // Needs no shard, so it finishes at once.
  grpc::ServerUnaryReactor* ListNamespaces(Context* context, const Bytes* request,
                                           Bytes* response) override {
    const absl::Duration started = backend_.clock.Monotonic();
    list_namespaces_.metrics.Started();
    const absl::Status status = Answer(*request, response);
    if (status.ok()) list_namespaces_.metrics.MessageSent();
    list_namespaces_.metrics.Handled(status.code(), backend_.clock.Monotonic() - started);
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(ToGrpcStatus(status));
    return reactor;
  }

  grpc::ServerUnaryReactor* DeleteNamespace(Context* context, const Bytes* request,
                                            Bytes* response) override {
    return StartUnaryCall(delete_namespace_, context, request, response, ToDeleteNamespace,
                          FromDeleteNamespace);
  }

 private:
  absl::Status Answer(const Bytes& bytes, Bytes* answer) {
    if (!bytes.Valid()) return absl::InvalidArgumentError("expected a message, got none");
    list_namespaces_.metrics.MessageReceived();
    google::protobuf::Arena arena;
    auto& request = *google::protobuf::Arena::CreateMessage<v1::ListNamespacesRequest>(&arena);
    const ReceivedBytes received(bytes);
    const absl::string_view view = received.view();
    if (!request.ParseFromArray(view.data(), static_cast<int>(view.size()))) {
      return DescribeMalformed(*request.GetDescriptor(), view);
    }
    auto& response = *google::protobuf::Arena::CreateMessage<v1::ListNamespacesResponse>(&arena);
    const absl::Status status = rpc::ListNamespaces(
        request,
        [this](absl::string_view name, size_t limit) {
          return backend_.shards.NamesAfter(name, limit);
        },
        arena, &response);
    if (status.ok()) *answer = ToByteBuffer(response);
    return status;
  }

  const Backend backend_;
  UnaryMethod list_namespaces_{backend_, Base::service_full_name(), "ListNamespaces"};
  UnaryMethod delete_namespace_{backend_, Base::service_full_name(), "DeleteNamespace"};
};

}  // namespace

std::unique_ptr<grpc::Service> MakeNamespaceService(const Backend& backend) {
  return std::make_unique<NamespaceService>(backend);
}

}  // namespace cache_invalidation::rpc
