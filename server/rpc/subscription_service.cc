#include "server/rpc/subscription_service.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "server/rpc/status.h"
#include "server/rpc/subscriber_stream.h"

namespace cache_invalidation::rpc {
namespace {

// A call that ends before it has begun.
class RefusedStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  explicit RefusedStream(const absl::Status& reason) { Finish(ToGrpcStatus(reason)); }

  void OnDone() override { delete this; }
};

}  // namespace

SubscriptionService::SubscriptionService(SubscriptionServiceOptions options, delivery::Hub& hub,
                                         delivery::Outbox& outbox, delivery::WaitingCalls& waiting,
                                         delivery::LeaseRecord& leases, const Clock& clock,
                                         delivery::DeliveryObserver& observer,
                                         const Admission& admission)
    : options_(options),
      hub_(hub),
      outbox_(outbox),
      waiting_(waiting),
      leases_(leases),
      clock_(clock),
      observer_(observer),
      admission_(admission) {}

SubscriptionService::~SubscriptionService() {
  Check(streams() == 0, "the server has ended every stream before its services are destroyed");
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* SubscriptionService::Subscribe(
    grpc::CallbackServerContext* context) {
  if (absl::Status status = admission_.AdmitToKeep(); !status.ok())
    return new RefusedStream(status);
  if (streams_.fetch_add(1, std::memory_order_relaxed) >= options_.max_subscriptions) {
    streams_.fetch_sub(1, std::memory_order_relaxed);
    return new RefusedStream(absl::ResourceExhaustedError(
        absl::StrCat("expected at most ", options_.max_subscriptions, " subscriptions")));
  }
  return SubscriberStream::Start({hub_, outbox_, waiting_, leases_, clock_, observer_, streams_,
                                  options_.first_message_timeout},
                                 *context);
}

}  // namespace cache_invalidation::rpc
