// SPDX-License-Identifier: Apache-2.0

#include "client/prometheus_text.h"

#include <string>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client {
namespace {

using testing::HasSubstr;
using testing::Not;

TypeStatistics Loads(uint64_t hits, absl::Duration latency) {
  TypeStatistics statistics{.hits = hits};
  statistics.load_latency.Add(latency);
  return statistics;
}

TEST(PrometheusTextTest, ShowsEachTypeOfEachCacheUnderOneHeading) {
  const std::string text =
      PrometheusText({{.cache = "web", .types = {{"user", Loads(3, {})}, {"page", Loads(5, {})}}},
                      {.cache = "report", .types = {{"user", Loads(7, {})}}}});
  EXPECT_THAT(text, HasSubstr("# TYPE tagged_cache_hits_total counter\n"
                              "tagged_cache_hits_total{cache=\"web\",type=\"user\"} 3\n"
                              "tagged_cache_hits_total{cache=\"web\",type=\"page\"} 5\n"
                              "tagged_cache_hits_total{cache=\"report\",type=\"user\"} 7\n"
                              "# TYPE tagged_cache_misses_total counter\n"));
}

TEST(PrometheusTextTest, ShowsTheWholeCacheIfNoTypeIsGiven) {
  CacheStatistics statistics;
  statistics.hits = 4;
  statistics.entries = 2;
  statistics.is_live = true;
  statistics.fenced_time = absl::Milliseconds(1500);
  statistics.position.revision = 17;
  const std::string text = PrometheusText({{.cache = "web", .statistics = statistics}});
  for (const char* line :
       {"tagged_cache_hits_total{cache=\"web\"} 4\n", "tagged_cache_entries{cache=\"web\"} 2\n",
        "tagged_cache_is_live{cache=\"web\"} 1\n", "tagged_cache_revision{cache=\"web\"} 17\n",
        "tagged_cache_fenced_seconds_total{cache=\"web\"} 1.5\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(text, Not(HasSubstr("type=")));
}

TEST(PrometheusTextTest, BucketsOfTheHistogramAreCumulative) {
  TypeStatistics statistics = Loads(0, absl::Microseconds(50));
  statistics.load_latency.Add(absl::Milliseconds(10));
  statistics.load_latency.Add(absl::Minutes(1));
  const std::string text = PrometheusText({{.cache = "web", .types = {{"user", statistics}}}});
  const std::string name = "tagged_cache_load_seconds";
  const std::string labels = "{cache=\"web\",type=\"user\"";
  for (const std::string& line :
       {name + "_bucket" + labels + ",le=\"0.0001\"} 1\n",
        name + "_bucket" + labels + ",le=\"0.005\"} 1\n",
        name + "_bucket" + labels + ",le=\"0.02\"} 2\n",
        name + "_bucket" + labels + ",le=\"5\"} 2\n",
        name + "_bucket" + labels + ",le=\"+Inf\"} 3\n", name + "_sum" + labels + "} 60.01005\n",
        name + "_count" + labels + "} 3\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(PrometheusTextTest, EscapesLabels) {
  EXPECT_THAT(PrometheusText({{.cache = "a\"b\\c\nd"}}), HasSubstr("{cache=\"a\\\"b\\\\c\\nd\"}"));
}

}  // namespace
}  // namespace cache_invalidation::client
