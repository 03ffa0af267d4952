#ifndef CACHE_INVALIDATION_SERVER_METRICS_FAMILIES_H_
#define CACHE_INVALIDATION_SERVER_METRICS_FAMILIES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "prometheus/counter.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"

namespace cache_invalidation::metrics {

// Make series of our own families. `cache_invalidation_` is prepended to each name.

prometheus::Counter& MakeCounter(prometheus::Registry& registry, absl::string_view name,
                                 const std::string& help, const prometheus::Labels& labels = {});

// One counter per value of a label, in the order of `values`.
std::vector<prometheus::Counter*> MakeCounters(prometheus::Registry& registry,
                                               absl::string_view name, const std::string& help,
                                               const std::string& label,
                                               const std::vector<std::string>& values);

prometheus::Histogram& MakeHistogram(prometheus::Registry& registry, absl::string_view name,
                                     const std::string& help, const std::vector<double>& buckets);

}  // namespace cache_invalidation::metrics

#endif  // CACHE_INVALIDATION_SERVER_METRICS_FAMILIES_H_
