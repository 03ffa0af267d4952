// SPDX-License-Identifier: Apache-2.0

// PrometheusText: the statistics of caches in the text format that Prometheus reads.
//
//   const CacheMetrics web{
//       .cache = "web",
//       .statistics = users.Statistics(),
//       .types = {{"user", users.TypeStatistics()}, {"page", pages.TypeStatistics()}}};
//   const std::string text = PrometheusText({web});  // the answer to GET /metrics
//
// All metrics begin with `tagged_cache_` and have the label `cache`; those of TypeStatistics also
// have the label `type`. The names are those of the fields, with `_total` for counters. Load
// latencies are a histogram in seconds.
//
// Give all caches of a process to one call: in this format a metric occurs once.
//
// Threads: a pure function.
// Errors: none.
// Cost: about 5 KB of text for each type.

#ifndef CACHE_INVALIDATION_CLIENT_PROMETHEUS_TEXT_H_
#define CACHE_INVALIDATION_CLIENT_PROMETHEUS_TEXT_H_

#include <string>
#include <utility>
#include <vector>

#include "client/cache_statistics.h"

namespace cache_invalidation::client {

// A cache and what to show of it.
struct CacheMetrics {
  // The label `cache`: must differ between the caches of a call.
  std::string cache = {};

  CacheStatistics statistics = {};

  // For each type of values a name, the label `type`, and its counters. Empty: the counters of the
  // whole cache, without that label.
  std::vector<std::pair<std::string, TypeStatistics>> types = {};
};

std::string PrometheusText(const std::vector<CacheMetrics>& caches);

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_PROMETHEUS_TEXT_H_
