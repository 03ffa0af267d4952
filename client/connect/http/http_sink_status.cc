// SPDX-License-Identifier: Apache-2.0

#include "client/connect/http/http_sink_status.h"

#include "absl/strings/str_cat.h"
#include "client/connect/metrics_page.h"
#include "common/prometheus_label.h"

namespace cache_invalidation::connect {

std::string MetricsText(const HttpSinkFigures& figures) {
  MetricsPage page("cache_invalidation_connect_sink_");
  page.Gauge("endpoints", figures.size(), "Addresses of the configured endpoints.");
  for (const auto& [endpoint, of] : figures) {
    const std::string label = PrometheusLabel("endpoint", endpoint);
    page.Gauge("connected", of.connected ? 1 : 0, "1 while events are heard.", label);
    page.Gauge("endpoint_answers", of.refusal.empty() ? 1 : 0,
               "1 if the last request was carried out.", label);
    page.Gauge("lag_revisions", of.heard > of.reached ? of.heard - of.reached : 0,
               "Revisions heard that are not purged, and again.", label);
    page.Gauge("pending_targets", of.waiting, "Keys to purge.", label);
    page.Gauge("repeated_targets", of.repeated, "Keys that are purged, and will be again.", label);
    page.Counter("targets_total", of.keys, "Keys purged, repetitions included.", label);
    page.Counter("purged_pages_total", of.purged_pages, "Pages purged, as the endpoint says.",
                 label);
    page.Counter("purges_without_pages_total", of.without_pages,
                 "Requests that purged no page, as the endpoint says. If all do, pages carry other "
                 "keys.",
                 label);
    page.Counter("widened_total", of.widened, "Times that more was purged than named.", label);
    page.Labeled("requests_total", "code", of.requests,
                 "Requests by the status of their responses.", label);
    page.Labeled("flushes_total", "reason", of.everything, "Why everything was purged.", label);
  }
  return page.Take();
}

std::string TroubleOf(const HttpSinkFigures& figures) {
  if (figures.empty()) return "no endpoint is known\n";
  std::string out;
  for (const auto& [endpoint, of] : figures) {
    const std::string& trouble = of.connected ? of.refusal : of.state;
    if (!trouble.empty()) absl::StrAppend(&out, endpoint, ": ", trouble, "\n");
  }
  return out;
}

}  // namespace cache_invalidation::connect
