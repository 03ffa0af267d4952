// SPDX-License-Identifier: Apache-2.0

// PrometheusCollectable: the statistics of caches for programs that use prometheus-cpp.
//
//   const auto metrics = std::make_shared<PrometheusCollectable>([users, pages] {
//     return std::vector<CacheMetrics>{
//         {.cache = "web",
//          .statistics = users.Statistics(),
//          .types = {{"user", users.TypeStatistics()}, {"page", pages.TypeStatistics()}}}};
//   });
//   exposer.RegisterCollectable(metrics);  // which does not keep it alive
//   const std::vector<prometheus::MetricFamily> now = metrics->Collect();  // as each scrape does
//
// The metrics are those of PrometheusText (prometheus_text.h).
//
// Optional: needs prometheus-cpp, which the SDK does not. Linked as CacheInvalidation::prometheus
// (CMake, component `prometheus`) or `:prometheus` (Bazel); with pkg-config name
// prometheus-cpp-core as well.
//
// Threads: thread-safe if the function is. It is called on the thread of each scrape.
// Errors: none. Exceptions of the function reach the caller of Collect.
// Cost: that of TaggedCache::Statistics for each cache and of TypeStatistics for each type.

#ifndef CACHE_INVALIDATION_CLIENT_PROMETHEUS_COLLECTABLE_H_
#define CACHE_INVALIDATION_CLIENT_PROMETHEUS_COLLECTABLE_H_

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "client/cache_statistics.h"
#include "client/internal/metric_families.h"
#include "client/prometheus_text.h"

namespace cache_invalidation::client {

class PrometheusCollectable final : public prometheus::Collectable {
 public:
  // `read` returns all caches of the process: in the text of a scrape a metric occurs once.
  explicit PrometheusCollectable(std::function<std::vector<CacheMetrics>()> read)
      : read_(std::move(read)) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    std::vector<prometheus::MetricFamily> families;
    for (internal::MetricFamily& from : internal::MetricFamilies(read_())) {
      prometheus::MetricFamily& family = families.emplace_back();
      family.name = std::move(from.name);
      family.type = TypeOf(from.type);
      for (internal::MetricFamily::Sample& sample : from.samples) {
        family.metric.push_back(MetricOf(from.type, std::move(sample)));
      }
    }
    return families;
  }

 private:
  static prometheus::MetricType TypeOf(internal::MetricType type) {
    switch (type) {
      case internal::MetricType::kCounter:
        return prometheus::MetricType::Counter;
      case internal::MetricType::kGauge:
        return prometheus::MetricType::Gauge;
      case internal::MetricType::kHistogram:
        return prometheus::MetricType::Histogram;
    }
    return prometheus::MetricType::Untyped;
  }

  static prometheus::ClientMetric MetricOf(internal::MetricType type,
                                           internal::MetricFamily::Sample sample) {
    prometheus::ClientMetric metric;
    for (auto& [name, value] : sample.labels) {
      metric.label.push_back({std::move(name), std::move(value)});
    }
    metric.counter.value = type == internal::MetricType::kCounter ? sample.value : 0;
    metric.gauge.value = type == internal::MetricType::kGauge ? sample.value : 0;
    if (type == internal::MetricType::kHistogram) {
      metric.histogram = HistogramOf(sample.latency);
    }
    return metric;
  }

  static prometheus::ClientMetric::Histogram HistogramOf(const LoadLatency& latency) {
    prometheus::ClientMetric::Histogram histogram;
    uint64_t count = 0;
    for (size_t i = 0; i < LoadLatency::kAtMost.size(); ++i) {
      count += latency.buckets[i];
      // Infinite for the last one.
      const double limit = absl::ToDoubleSeconds(LoadLatency::kAtMost[i]);
      histogram.bucket.push_back({.cumulative_count = count, .upper_bound = limit});
    }
    histogram.sample_count = count;
    histogram.sample_sum = absl::ToDoubleSeconds(latency.sum);
    return histogram;
  }

  const std::function<std::vector<CacheMetrics>()> read_;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_PROMETHEUS_COLLECTABLE_H_
