#ifndef CACHE_INVALIDATION_SERVER_METRICS_PROCESS_COLLECTOR_H_
#define CACHE_INVALIDATION_SERVER_METRICS_PROCESS_COLLECTOR_H_

#include <vector>

#include "prometheus/collectable.h"

namespace cache_invalidation::metrics {

// The process_* metrics that every Prometheus client library has and prometheus-cpp lacks: CPU
// seconds, memory, threads, open files and their limit, start time. Read from /proc at every
// scrape; what cannot be read is left out.
//
// Thread-safe.
class ProcessCollector final : public prometheus::Collectable {
 public:
  std::vector<prometheus::MetricFamily> Collect() const override;
};

}  // namespace cache_invalidation::metrics

#endif  // CACHE_INVALIDATION_SERVER_METRICS_PROCESS_COLLECTOR_H_
