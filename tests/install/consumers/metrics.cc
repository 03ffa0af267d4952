// SPDX-License-Identifier: Apache-2.0

// The metrics of a cache as a program shows them that uses prometheus-cpp.

#include <iostream>
#include <vector>

#include "cache_invalidation/client/prometheus_collectable.h"
#include "prometheus/text_serializer.h"

using namespace cache_invalidation::client;

int main() {
  const PrometheusCollectable metrics([] {
    CacheStatistics statistics;
    statistics.hits = 7;
    return std::vector<CacheMetrics>{{.cache = "web", .statistics = statistics}};
  });
  std::cout << prometheus::TextSerializer().Serialize({metrics.Collect().at(0)});
}
