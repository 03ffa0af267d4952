#include "client/connect/pages.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "client/connect/postgres/lsn.h"

namespace cache_invalidation::connect {
namespace {

constexpr absl::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

http::Page Told(const SourceFigures& figures, absl::string_view query) {
  const std::string body = absl::StrCat(FormatLsn(figures.told), "\n");
  if (query.empty()) return {.body = body};
  std::optional<Lsn> wanted;
  if (absl::ConsumePrefix(&query, "lsn=")) {
    wanted = ParseLsn(absl::StrReplaceAll(query, {{"%2F", "/"}, {"%2f", "/"}}));
  }
  if (!wanted.has_value()) {
    return {.status = 400, .body = "expected lsn=, such as lsn=0/16B374D8\n"};
  }
  return {.status = figures.told >= *wanted ? 200 : 503, .body = body};
}

template <typename Figures>
std::string TroubleOf(const Figures& figures) {
  return figures.connected ? "" : absl::StrCat(figures.state, "\n");
}

// What every connector shows.
template <typename Figures, typename Metrics>
std::vector<http::Route> CommonPages(const SharedFigures<Figures>& status, Metrics metrics) {
  return {{"/metrics",
           [&status, metrics] {
             return http::Page{.content_type = kMetricsType, .body = metrics(status.Get())};
           }},
          {"/healthz", [] { return http::Page{.body = "alive\n"}; }},
          {"/readyz", [&status] {
             std::string why = TroubleOf(status.Get());
             if (why.empty()) return http::Page{.body = "ready\n"};
             return http::Page{.status = 503, .body = std::move(why)};
           }}};
}

}  // namespace

std::vector<http::Route> Pages(const SourceStatus& status, const Clock& clock) {
  std::vector<http::Route> pages = CommonPages(
      status, [&clock](const SourceFigures& figures) { return MetricsText(figures, clock.Now()); });
  pages.push_back(
      {"/told", {}, [&status](absl::string_view query) { return Told(status.Get(), query); }});
  return pages;
}

std::vector<http::Route> Pages(const RedisStatus& status, const Clock& /*clock*/) {
  return CommonPages(status, [](const RedisFigures& figures) { return MetricsText(figures); });
}

std::vector<http::Route> Pages(const HttpSinkStatus& status, const Clock& /*clock*/) {
  return CommonPages(status, [](const HttpSinkFigures& figures) { return MetricsText(figures); });
}

}  // namespace cache_invalidation::connect
