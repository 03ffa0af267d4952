// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_METRICS_FAMILIES_H_
#define CACHE_INVALIDATION_SERVER_METRICS_FAMILIES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/metric_family.h"
#include "prometheus/registry.h"

namespace cache_invalidation::metrics {

// Before the name of each family of our own.
inline constexpr absl::string_view kPrefix = "cache_invalidation_";

// Make series of our own families. The prefix is prepended to each name.

prometheus::Counter& MakeCounter(prometheus::Registry& registry, absl::string_view name,
                                 const std::string& help, const prometheus::Labels& labels = {});

prometheus::Gauge& MakeGauge(prometheus::Registry& registry, absl::string_view name,
                             const std::string& help, const prometheus::Labels& labels = {});

// One counter per value of a label, in the order of `values`.
std::vector<prometheus::Counter*> MakeCounters(prometheus::Registry& registry,
                                               absl::string_view name, const std::string& help,
                                               const std::string& label,
                                               const std::vector<std::string>& values);

prometheus::Histogram& MakeHistogram(prometheus::Registry& registry, absl::string_view name,
                                     const std::string& help, const std::vector<double>& buckets);

// Upper bounds, in seconds, for durations between tens of microseconds and seconds.
inline std::vector<double> LatencyBuckets() {
  return {50e-6, 100e-6, 250e-6, 500e-6, 1e-3,   2.5e-3, 5e-3,
          10e-3, 25e-3,  50e-3,  100e-3, 250e-3, 1,      5};
}

// Upper bounds, in seconds, for durations between a round trip to a client and a whole lease.
inline std::vector<double> WaitBuckets() {
  return {1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 500e-3, 1, 2.5, 5, 10, 30, 60};
}

// Upper bounds for the sizes of groups.
inline std::vector<double> CountBuckets() {
  return {1, 2, 5, 10, 20, 50, 100, 1'000, 10'000, 100'000};
}

// A family of one value that is computed at each scrape.
prometheus::MetricFamily MakeFamily(std::string name, std::string help, prometheus::MetricType type,
                                    double value);

// The process_* metrics that every Prometheus client library has and prometheus-cpp lacks: CPU
// seconds, memory, threads, open files and their limit, start time. Read from /proc; what cannot be
// read is left out. Thread-safe.
std::vector<prometheus::MetricFamily> ProcessFamilies();

// Which executable it is: `build_info` behind the prefix.
prometheus::MetricFamily BuildInfo(absl::string_view prefix, absl::string_view version);

}  // namespace cache_invalidation::metrics

#endif  // CACHE_INVALIDATION_SERVER_METRICS_FAMILIES_H_
