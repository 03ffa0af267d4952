// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_METRICS_PAGE_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_METRICS_PAGE_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/prometheus_label.h"

namespace cache_invalidation::connect {

// Metrics in Prometheus' text format, in the order in which their names were given first. `labels`
// are without braces; empty: none. Thread-compatible.
class MetricsPage {
 public:
  // All names begin with `prefix`.
  explicit MetricsPage(std::string prefix) : prefix_(std::move(prefix)) {}

  template <typename Number>
  void Gauge(absl::string_view name, Number value, absl::string_view help,
             absl::string_view labels = "") {
    Sample(name, labels, value, Family(name, "gauge", help));
  }
  void Counter(absl::string_view name, uint64_t value, absl::string_view help,
               absl::string_view labels = "") {
    Sample(name, labels, value, Family(name, "counter", help));
  }
  // A counter for each value of a label.
  void Labeled(absl::string_view name, absl::string_view label,
               const std::map<std::string, uint64_t>& counts, absl::string_view help,
               absl::string_view labels = "") {
    std::string& family = Family(name, "counter", help);
    const absl::string_view comma = labels.empty() ? "" : ",";
    for (const auto& [value, count] : counts) {
      Sample(name, absl::StrCat(labels, comma, PrometheusLabel(label, value)), count, family);
    }
  }

  // The text of a metric, and what adds to it. For metrics of other kinds.
  std::string& Family(absl::string_view name, absl::string_view kind, absl::string_view help) {
    for (auto& [known, text] : families_) {
      if (known == name) return text;
    }
    return families_
        .emplace_back(name, absl::StrCat("# HELP ", prefix_, name, " ", help, "\n# TYPE ", prefix_,
                                         name, " ", kind, "\n"))
        .second;
  }
  template <typename Number>
  void Sample(absl::string_view name, absl::string_view labels, Number value, std::string& family) {
    absl::StrAppend(&family, prefix_, name);
    if (!labels.empty()) absl::StrAppend(&family, "{", labels, "}");
    absl::StrAppend(&family, " ", value, "\n");
  }

  std::string Take() {
    std::string text;
    for (auto& [name, family] : std::exchange(families_, {})) text += family;
    return text;
  }

 private:
  const std::string prefix_;
  std::vector<std::pair<std::string, std::string>> families_;  // by name
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_METRICS_PAGE_H_
