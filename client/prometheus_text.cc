// SPDX-License-Identifier: Apache-2.0

#include "client/prometheus_text.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/internal/metric_families.h"
#include "common/prometheus_label.h"

namespace cache_invalidation::client {
namespace {

using internal::MetricFamily;
using internal::MetricType;

absl::string_view NameOf(MetricType type) {
  switch (type) {
    case MetricType::kCounter:
      return "counter";
    case MetricType::kGauge:
      return "gauge";
    case MetricType::kHistogram:
      return "histogram";
  }
  return "untyped";
}

// Returns all digits that count: a sum of many loads grows by little.
std::string Number(double value) { return absl::StrFormat("%.15g", value); }

void AppendSample(std::string& text, absl::string_view name, absl::string_view labels,
                  double value) {
  absl::StrAppend(&text, name, "{", labels, "} ", Number(value), "\n");
}

void AppendLatencies(std::string& text, absl::string_view name, absl::string_view labels,
                     const LoadLatency& latency) {
  uint64_t count = 0;
  for (size_t i = 0; i < LoadLatency::kAtMost.size(); ++i) {
    const absl::Duration at_most = LoadLatency::kAtMost[i];
    const std::string limit =
        at_most == absl::InfiniteDuration() ? "+Inf" : absl::StrCat(absl::ToDoubleSeconds(at_most));
    count += latency.buckets[i];
    AppendSample(text, absl::StrCat(name, "_bucket"),
                 absl::StrCat(labels, ",", PrometheusLabel("le", limit)),
                 static_cast<double>(count));
  }
  AppendSample(text, absl::StrCat(name, "_sum"), labels, absl::ToDoubleSeconds(latency.sum));
  AppendSample(text, absl::StrCat(name, "_count"), labels, static_cast<double>(count));
}

}  // namespace

std::string PrometheusText(const std::vector<CacheMetrics>& caches) {
  std::string text;
  for (const MetricFamily& family : internal::MetricFamilies(caches)) {
    absl::StrAppend(&text, "# TYPE ", family.name, " ", NameOf(family.type), "\n");
    for (const MetricFamily::Sample& sample : family.samples) {
      const std::string labels =
          absl::StrJoin(sample.labels, ",", [](std::string* out, const auto& label) {
            out->append(PrometheusLabel(label.first, label.second));
          });
      if (family.type == MetricType::kHistogram) {
        AppendLatencies(text, family.name, labels, sample.latency);
      } else {
        AppendSample(text, family.name, labels, sample.value);
      }
    }
  }
  return text;
}

}  // namespace cache_invalidation::client
