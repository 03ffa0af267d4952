#ifndef CACHE_INVALIDATION_SERVER_METRICS_DELIVERY_METRICS_H_
#define CACHE_INVALIDATION_SERVER_METRICS_DELIVERY_METRICS_H_

#include <vector>

#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "server/delivery/observer.h"
#include "server/metrics/rpc_metrics.h"

namespace cache_invalidation::metrics {

// Counts what is delivered to subscribers. Never labelled by subscriber: each restart of a client
// would add a series. Thread-safe.
class DeliveryMetrics final : public delivery::DeliveryObserver {
 public:
  // Both must outlive the object.
  DeliveryMetrics(prometheus::Registry& registry, RpcMetrics& rpc);

  void OnStreamOpened() override;
  void OnStreamEnded(absl::StatusCode code) override;
  void OnMessageSent(size_t events, size_t bytes, absl::Duration waited) override;
  void OnReset(delivery::ResetReason reason) override;
  void OnCatchUpRead(absl::StatusCode code, size_t bytes) override;
  void OnStalledStreamCancelled() override;
  void OnWaited(const delivery::WaitOutcome& outcome) override;

 private:
  MethodMetrics subscribe_;
  prometheus::Gauge& streams_;
  prometheus::Counter& opened_;
  prometheus::Counter& ended_by_client_;
  prometheus::Counter& ended_by_server_;
  prometheus::Counter& messages_;
  prometheus::Counter& events_;
  prometheus::Counter& bytes_;
  prometheus::Histogram& seconds_;
  std::vector<prometheus::Counter*> resets_;          // by delivery::ResetReason
  std::vector<prometheus::Counter*> catch_up_reads_;  // read, trimmed, failed
  prometheus::Counter& catch_up_bytes_;
  prometheus::Counter& stalled_;
  std::vector<prometheus::Counter*> waits_;   // complete, late
  std::vector<prometheus::Counter*> waited_;  // applied, lapsed, late
  prometheus::Histogram& wait_seconds_;
};

}  // namespace cache_invalidation::metrics

#endif  // CACHE_INVALIDATION_SERVER_METRICS_DELIVERY_METRICS_H_
