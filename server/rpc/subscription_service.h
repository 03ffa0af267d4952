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
#include "server/delivery/outbox.h"
#include "server/delivery/waiting_calls.h"
#include "server/rpc/admission.h"

namespace cache_invalidation::rpc {

struct SubscriptionServiceOptions {
  // Streams at one time, all namespaces together; more are refused.
  size_t max_subscriptions = kMaxSubscriptions;

  // How long a stream may take to say what it wants.
  absl::Duration first_message_timeout = kFirstMessageTimeout;
};

// cache_invalidation.v1.SubscriptionService. Takes and gives raw bytes: events are sent as they
// were encoded.
//
// Thread-safe.
class SubscriptionService final : public v1::SubscriptionService::WithRawCallbackMethod_Subscribe<
                                      v1::SubscriptionService::Service> {
 public:
  // All must outlive the grpc::Server that serves this, and so must this.
  SubscriptionService(SubscriptionServiceOptions options, delivery::Hub& hub,
                      delivery::Outbox& outbox, delivery::WaitingCalls& waiting,
                      delivery::LeaseRecord& leases, const Clock& clock,
                      delivery::DeliveryObserver& observer, const Admission& admission);
  ~SubscriptionService() override;

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Subscribe(
      grpc::CallbackServerContext* context) override;

  // Streams at this moment, those that have not said yet what they want included.
  size_t streams() const { return streams_.load(std::memory_order_relaxed); }

 private:
  const SubscriptionServiceOptions options_;
  delivery::Hub& hub_;
  delivery::Outbox& outbox_;
  delivery::WaitingCalls& waiting_;
  delivery::LeaseRecord& leases_;
  const Clock& clock_;
  delivery::DeliveryObserver& observer_;
  const Admission& admission_;
  std::atomic<size_t> streams_ = 0;
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_SUBSCRIPTION_SERVICE_H_
