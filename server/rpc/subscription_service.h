#ifndef CACHE_INVALIDATION_SERVER_RPC_SUBSCRIPTION_SERVICE_H_
#define CACHE_INVALIDATION_SERVER_RPC_SUBSCRIPTION_SERVICE_H_

#include <atomic>
#include <cstddef>

#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "server/delivery/stream_core.h"
#include "server/rpc/call_limits.h"

namespace cache_invalidation::rpc {

// cache_invalidation.v1.SubscriptionService. Receives and sends raw bytes: events are sent as they
// were encoded.
//
// Thread-safe.
class SubscriptionService final : public v1::SubscriptionService::WithRawCallbackMethod_Subscribe<
                                      v1::SubscriptionService::Service> {
 public:
  // `max_streams`: limit of concurrent streams over all namespaces; further ones are refused.
  // `admission` and this object must outlive the grpc::Server that serves it.
  SubscriptionService(size_t max_streams, const delivery::StreamSurroundings& surroundings,
                      const Admission& admission);
  ~SubscriptionService() override;

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Subscribe(
      grpc::CallbackServerContext* context) override;

  // The number of open streams, including those that have not sent their first message.
  size_t streams() const { return streams_.load(std::memory_order_relaxed); }

 private:
  const size_t max_streams_;
  const delivery::StreamSurroundings surroundings_;
  const Admission& admission_;
  std::atomic<size_t> streams_ = 0;
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_SUBSCRIPTION_SERVICE_H_
