#include "client/connect/http/http_sink_status.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation::connect {
namespace {

using Figures = std::map<std::string, EndpointFigures>;

constexpr char kPrefix[] = "cache_invalidation_connect_sink_";

void Head(std::string& out, absl::string_view name, absl::string_view kind,
          absl::string_view help) {
  absl::StrAppend(&out, "# HELP ", kPrefix, name, " ", help, "\n# TYPE ", kPrefix, name, " ", kind,
                  "\n");
}

// One figure of each endpoint. Endpoints are URLs and addresses, which have no quotes.
template <typename Value>
void Each(std::string& out, const Figures& figures, absl::string_view name, absl::string_view kind,
          absl::string_view help, const Value& value) {
  Head(out, name, kind, help);
  for (const auto& [endpoint, of] : figures) {
    absl::StrAppend(&out, kPrefix, name, "{endpoint=\"", endpoint, "\"} ", value(of), "\n");
  }
}

void Labeled(std::string& out, const Figures& figures, absl::string_view name,
             absl::string_view label, absl::string_view help,
             std::map<std::string, uint64_t> EndpointFigures::*counts) {
  Head(out, name, "counter", help);
  for (const auto& [endpoint, of] : figures) {
    for (const auto& [value, count] : of.*counts) {
      absl::StrAppend(&out, kPrefix, name, "{endpoint=\"", endpoint, "\",", label, "=\"", value,
                      "\"} ", count, "\n");
    }
  }
}

}  // namespace

std::string MetricsText(const Figures& figures) {
  using Of = const EndpointFigures&;
  std::string out;
  Each(out, figures, "connected", "gauge", "1 while events are heard.",
       [](Of of) { return of.connected ? 1 : 0; });
  Each(out, figures, "endpoint_answers", "gauge", "1 if the last request was carried out.",
       [](Of of) { return of.answers ? 1 : 0; });
  Each(out, figures, "lag_revisions", "gauge", "Revisions heard that are not purged, and again.",
       [](Of of) { return of.latest > of.applied ? of.latest - of.applied : 0; });
  Each(out, figures, "pending_targets", "gauge", "Keys to purge.",
       [](Of of) { return of.pending; });
  Each(out, figures, "repeated_targets", "gauge", "Keys that are purged, and will be again.",
       [](Of of) { return of.repeated; });
  Each(out, figures, "targets_total", "counter", "Keys purged, repetitions included.",
       [](Of of) { return of.keys; });
  Each(out, figures, "purged_pages_total", "counter", "Pages purged, as the endpoint says.",
       [](Of of) { return of.purged_pages; });
  Each(out, figures, "purges_without_pages_total", "counter",
       "Requests that purged no page, as the endpoint says. If all do, pages carry other keys.",
       [](Of of) { return of.without_pages; });
  Each(out, figures, "widened_total", "counter", "Times that more was purged than named.",
       [](Of of) { return of.widened; });
  Labeled(out, figures, "requests_total", "code", "Requests by the status of their responses.",
          &EndpointFigures::requests);
  Labeled(out, figures, "flushes_total", "reason", "Why everything was purged.",
          &EndpointFigures::flushes);
  return out;
}

std::string TroubleOf(const Figures& figures) {
  if (figures.empty()) return "no endpoint is known\n";
  std::string out;
  for (const auto& [endpoint, of] : figures) {
    if (!of.connected || !of.answers) absl::StrAppend(&out, endpoint, ": ", of.trouble, "\n");
  }
  return out;
}

}  // namespace cache_invalidation::connect
