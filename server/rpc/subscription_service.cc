#include "server/rpc/subscription_service.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "server/rpc/conversion/grpc_conversion.h"
#include "server/rpc/subscriber_stream.h"

namespace cache_invalidation::rpc {
namespace {

// A call that is refused at its start.
class RefusedStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  explicit RefusedStream(const absl::Status& reason) { Finish(ToGrpcStatus(reason)); }

  void OnDone() override { delete this; }
};

}  // namespace

SubscriptionService::SubscriptionService(size_t max_streams,
                                         const delivery::StreamSurroundings& surroundings,
                                         const Admission& admission)
    : max_streams_(max_streams), surroundings_(surroundings), admission_(admission) {}

SubscriptionService::~SubscriptionService() {
  Check(streams() == 0, "the server has ended every stream before its services are destroyed");
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* SubscriptionService::Subscribe(
    grpc::CallbackServerContext* context) {
  if (absl::Status status = admission_.AdmitToKeep(); !status.ok()) {
    return new RefusedStream(status);
  }
  if (streams_.fetch_add(1, std::memory_order_relaxed) >= max_streams_) {
    streams_.fetch_sub(1, std::memory_order_relaxed);
    return new RefusedStream(absl::ResourceExhaustedError(
        absl::StrCat("expected at most ", max_streams_, " subscriptions")));
  }
  return new SubscriberStream(surroundings_, *context, streams_);
}

}  // namespace cache_invalidation::rpc
