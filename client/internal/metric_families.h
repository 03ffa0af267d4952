// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_METRIC_FAMILIES_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_METRIC_FAMILIES_H_

#include <string>
#include <utility>
#include <vector>

#include "client/cache_statistics.h"
#include "client/prometheus_text.h"

namespace cache_invalidation::client::internal {

enum class MetricType { kCounter, kGauge, kHistogram };

// A metric of Prometheus with its samples, in no format. Included by public headers.
struct MetricFamily {
  struct Sample {
    std::vector<std::pair<std::string, std::string>> labels = {};
    double value = 0;
    LoadLatency latency = {};  // of a histogram, in place of the value
  };

  std::string name = {};
  MetricType type = MetricType::kCounter;
  std::vector<Sample> samples = {};
};

// Returns all metrics of these caches. Pure.
std::vector<MetricFamily> MetricFamilies(const std::vector<CacheMetrics>& caches);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_METRIC_FAMILIES_H_
