#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_METRICS_PAGE_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_METRICS_PAGE_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/prometheus_label.h"

namespace cache_invalidation::connect {

// Writes metrics in Prometheus' text format. All names begin with `prefix`. Thread-compatible.
class MetricsPage {
 public:
  explicit MetricsPage(std::string prefix) : prefix_(std::move(prefix)) {}

  template <typename Number>
  void Gauge(absl::string_view name, Number value, absl::string_view help) {
    Head(name, "gauge", help);
    Sample(name, "", value);
  }
  void Counter(absl::string_view name, uint64_t value, absl::string_view help) {
    Head(name, "counter", help);
    Sample(name, "", value);
  }
  // A counter for each value of a label.
  void Labeled(absl::string_view name, absl::string_view label,
               const std::map<std::string, uint64_t>& counts, absl::string_view help) {
    Head(name, "counter", help);
    for (const auto& [value, count] : counts) Sample(name, PrometheusLabel(label, value), count);
  }

  // The parts of other metrics. `labels` are without braces; empty: none.
  void Head(absl::string_view name, absl::string_view kind, absl::string_view help) {
    absl::StrAppend(&text_, "# HELP ", prefix_, name, " ", help, "\n# TYPE ", prefix_, name, " ",
                    kind, "\n");
  }
  template <typename Number>
  void Sample(absl::string_view name, absl::string_view labels, Number value) {
    absl::StrAppend(&text_, prefix_, name);
    if (!labels.empty()) absl::StrAppend(&text_, "{", labels, "}");
    absl::StrAppend(&text_, " ", value, "\n");
  }
  std::string Take() { return std::exchange(text_, {}); }

 private:
  const std::string prefix_;
  std::string text_;
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_METRICS_PAGE_H_
