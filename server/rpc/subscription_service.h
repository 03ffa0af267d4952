// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_RPC_SUBSCRIPTION_SERVICE_H_
#define CACHE_INVALIDATION_SERVER_RPC_SUBSCRIPTION_SERVICE_H_

#include <atomic>
#include <cstddef>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "server/access/access.h"
#include "server/access/roles.h"
#include "server/delivery/stream_core.h"
#include "server/metrics/rpc_metrics.h"
#include "server/rpc/allowed_namespaces.h"
#include "server/rpc/call_access.h"
#include "server/rpc/call_limits.h"
#include "server/rpc/conversion/subscriber_conversion.h"
#include "server/rpc/unary_service.h"

namespace cache_invalidation::rpc {

using SubscribeMethod =
    v1::SubscriptionService::WithRawCallbackMethod_Subscribe<v1::SubscriptionService::Service>;

// cache_invalidation.v1.SubscriptionService. Receives and sends raw bytes: events are sent as they
// were encoded.
//
// Thread-safe.
class SubscriptionService final : public UnaryService<v1::SubscriptionService, SubscribeMethod> {
 public:
  // What decides whether a call is accepted, and what counts it. Outlives the service.
  struct Guards {
    const Admission& admission;
    const AllowedNamespaces& namespaces;
    access::Access& access;
    OpenCalls& open_calls;
    metrics::RpcMetrics& metrics;
  };

  // `max_streams`: limit of concurrent streams over all namespaces; further ones are refused. This
  // object must outlive the grpc::Server that serves it.
  SubscriptionService(size_t max_streams, const delivery::StreamSurroundings& surroundings,
                      const Guards& guards);
  ~SubscriptionService() override;

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Subscribe(
      grpc::CallbackServerContext* context) override;

  // The number of open streams, including those that have not sent their first message.
  size_t streams() const { return streams_.load(std::memory_order_relaxed); }

 private:
  absl::StatusOr<SubscribersNow> SubscribersOf(absl::string_view namespace_name,
                                               CallAccess& access) const;

  const size_t max_streams_;
  const delivery::StreamSurroundings surroundings_;
  const Guards guards_;
  const access::Method& subscribe_;
  ImmediateMethod list_;
  std::atomic<size_t> streams_ = 0;
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_SUBSCRIPTION_SERVICE_H_
