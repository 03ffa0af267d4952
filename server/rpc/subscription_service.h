#ifndef CACHE_INVALIDATION_SERVER_RPC_SUBSCRIPTION_SERVICE_H_
#define CACHE_INVALIDATION_SERVER_RPC_SUBSCRIPTION_SERVICE_H_

#include <atomic>
#include <cstddef>

#include "absl/time/time.h"
#include "common/clock.h"
#include "common/limits.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "server/delivery/hub.h"
#include "server/delivery/lease_record.h"
#include "server/delivery/observer.h"
#include "server/rpc/admission.h"
#include "server/rpc/outbox.h"
#include "server/rpc/waiting_calls.h"

namespace cache_invalidation::rpc {

struct SubscriptionServiceOptions {
  // Limit of concurrent streams over all namespaces; further ones are refused.
  size_t max_subscriptions = kMaxSubscriptions;

  // How long a stream may take to send its first message.
  absl::Duration first_message_timeout = kFirstMessageTimeout;
};

// cache_invalidation.v1.SubscriptionService. Receives and sends raw bytes: events are sent as they
// were encoded.
//
// Thread-safe.
class SubscriptionService final : public v1::SubscriptionService::WithRawCallbackMethod_Subscribe<
                                      v1::SubscriptionService::Service> {
 public:
  // All arguments, and the object itself, must outlive the grpc::Server that serves it.
  SubscriptionService(SubscriptionServiceOptions options, delivery::Hub& hub, Outbox& outbox,
                      WaitingCalls& waiting, delivery::LeaseRecord& leases, const Clock& clock,
                      delivery::DeliveryObserver& observer, const Admission& admission);
  ~SubscriptionService() override;

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Subscribe(
      grpc::CallbackServerContext* context) override;

  // The number of open streams, including those that have not sent their first message.
  size_t streams() const { return streams_.load(std::memory_order_relaxed); }

 private:
  const SubscriptionServiceOptions options_;
  delivery::Hub& hub_;
  Outbox& outbox_;
  WaitingCalls& waiting_;
  delivery::LeaseRecord& leases_;
  const Clock& clock_;
  delivery::DeliveryObserver& observer_;
  const Admission& admission_;
  std::atomic<size_t> streams_ = 0;
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_SUBSCRIPTION_SERVICE_H_
