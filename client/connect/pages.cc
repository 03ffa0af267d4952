#include "client/connect/pages.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "client/connect/postgres/lsn.h"

namespace cache_invalidation::connect {
namespace {

constexpr absl::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

http::Page Ready(bool connected, const std::string& state) {
  if (connected) return {.body = "ready\n"};
  return {.status = 503, .body = absl::StrCat(state, "\n")};
}

http::Page Ready(const HttpSinkStatus& status) {
  const std::string trouble = TroubleOf(status.Get());
  if (trouble.empty()) return {.body = "ready\n"};
  return {.status = 503, .body = trouble};
}

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

}  // namespace

std::vector<http::Route> Pages(const SourceStatus& status, const Clock& clock) {
  return {{"/metrics",
           [&status, &clock] {
             return http::Page{.content_type = kMetricsType,
                               .body = MetricsText(status.Get(), clock.Now())};
           }},
          {"/healthz", [] { return http::Page{.body = "alive\n"}; }},
          {"/readyz",
           [&status] {
             const SourceFigures figures = status.Get();
             return Ready(figures.connected, figures.state);
           }},
          {"/told", {}, [&status](absl::string_view query) { return Told(status.Get(), query); }}};
}

std::vector<http::Route> Pages(const RedisStatus& status) {
  return {{"/metrics",
           [&status] {
             return http::Page{.content_type = kMetricsType,
                               .body = RedisMetricsText(status.Get())};
           }},
          {"/healthz", [] { return http::Page{.body = "alive\n"}; }},
          {"/readyz", [&status] {
             const RedisFigures figures = status.Get();
             return Ready(figures.connected, figures.state);
           }}};
}

std::vector<http::Route> Pages(const HttpSinkStatus& status) {
  return {{"/metrics",
           [&status] {
             return http::Page{.content_type = kMetricsType, .body = MetricsText(status.Get())};
           }},
          {"/healthz", [] { return http::Page{.body = "alive\n"}; }},
          {"/readyz", [&status] { return Ready(status); }}};
}

}  // namespace cache_invalidation::connect
