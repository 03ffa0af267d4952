#include "client/connect/http/http_sink_status.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/connect/metrics_page.h"
#include "common/prometheus_label.h"

namespace cache_invalidation::connect {
namespace {

// One figure of each endpoint.
template <typename Value>
void Each(MetricsPage& page, const HttpSinkFigures& figures, absl::string_view name,
          absl::string_view kind, absl::string_view help, const Value& value) {
  page.Head(name, kind, help);
  for (const auto& [endpoint, of] : figures) {
    page.Sample(name, PrometheusLabel("endpoint", endpoint), value(of));
  }
}

void Labeled(MetricsPage& page, const HttpSinkFigures& figures, absl::string_view name,
             absl::string_view label, absl::string_view help,
             std::map<std::string, uint64_t> EndpointFigures::*counts) {
  page.Head(name, "counter", help);
  for (const auto& [endpoint, of] : figures) {
    for (const auto& [value, count] : of.*counts) {
      page.Sample(
          name,
          absl::StrCat(PrometheusLabel("endpoint", endpoint), ",", PrometheusLabel(label, value)),
          count);
    }
  }
}

}  // namespace

std::string MetricsText(const HttpSinkFigures& figures) {
  using Of = const EndpointFigures&;
  MetricsPage page("cache_invalidation_connect_sink_");
  Each(page, figures, "connected", "gauge", "1 while events are heard.",
       [](Of of) { return of.connected ? 1 : 0; });
  Each(page, figures, "endpoint_answers", "gauge", "1 if the last request was carried out.",
       [](Of of) { return of.refusal.empty() ? 1 : 0; });
  Each(page, figures, "lag_revisions", "gauge", "Revisions heard that are not purged, and again.",
       [](Of of) { return of.heard > of.reached ? of.heard - of.reached : 0; });
  Each(page, figures, "pending_targets", "gauge", "Keys to purge.",
       [](Of of) { return of.waiting; });
  Each(page, figures, "repeated_targets", "gauge", "Keys that are purged, and will be again.",
       [](Of of) { return of.repeated; });
  Each(page, figures, "targets_total", "counter", "Keys purged, repetitions included.",
       [](Of of) { return of.keys; });
  Each(page, figures, "purged_pages_total", "counter", "Pages purged, as the endpoint says.",
       [](Of of) { return of.purged_pages; });
  Each(page, figures, "purges_without_pages_total", "counter",
       "Requests that purged no page, as the endpoint says. If all do, pages carry other keys.",
       [](Of of) { return of.without_pages; });
  Each(page, figures, "widened_total", "counter", "Times that more was purged than named.",
       [](Of of) { return of.widened; });
  Labeled(page, figures, "requests_total", "code", "Requests by the status of their responses.",
          &EndpointFigures::requests);
  Labeled(page, figures, "flushes_total", "reason", "Why everything was purged.",
          &EndpointFigures::everything);
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
