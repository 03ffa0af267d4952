#include "client/connect/pages.h"

#include <functional>
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

// What every connector shows. `trouble` returns why it is not ready; empty: it is.
std::vector<http::Route> CommonPages(std::function<std::string()> metrics,
                                     std::function<std::string()> trouble) {
  return {{"/metrics",
           [metrics = std::move(metrics)] {
             return http::Page{.content_type = kMetricsType, .body = metrics()};
           }},
          {"/healthz", [] { return http::Page{.body = "alive\n"}; }},
          {"/readyz", [trouble = std::move(trouble)] {
             std::string why = trouble();
             if (why.empty()) return http::Page{.body = "ready\n"};
             return http::Page{.status = 503, .body = std::move(why)};
           }}};
}

template <typename Figures>
std::string TroubleIn(const Figures& figures) {
  return figures.connected ? "" : absl::StrCat(figures.state, "\n");
}

}  // namespace

std::vector<http::Route> Pages(const SourceStatus& status, const Clock& clock) {
  std::vector<http::Route> pages =
      CommonPages([&status, &clock] { return MetricsText(status.Get(), clock.Now()); },
                  [&status] { return TroubleIn(status.Get()); });
  pages.push_back(
      {"/told", {}, [&status](absl::string_view query) { return Told(status.Get(), query); }});
  return pages;
}

std::vector<http::Route> Pages(const RedisStatus& status) {
  return CommonPages([&status] { return RedisMetricsText(status.Get()); },
                     [&status] { return TroubleIn(status.Get()); });
}

std::vector<http::Route> Pages(const HttpSinkStatus& status) {
  return CommonPages([&status] { return MetricsText(status.Get()); },
                     [&status] { return TroubleOf(status.Get()); });
}

}  // namespace cache_invalidation::connect
