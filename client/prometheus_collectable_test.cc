// SPDX-License-Identifier: Apache-2.0

#include "client/prometheus_collectable.h"

#include <prometheus/text_serializer.h>

#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "client/prometheus_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client {
namespace {

std::vector<std::string> Lines(const std::string& text) { return absl::StrSplit(text, '\n'); }

std::vector<CacheMetrics> Caches() {
  TypeStatistics users{.hits = 3, .misses = 5, .not_found_hits = 2, .entries = 7};
  users.load_latency.Add(absl::Microseconds(50));
  users.load_latency.Add(absl::Milliseconds(10));
  users.load_latency.Add(absl::Minutes(1));
  CacheStatistics web;
  web.fenced_time = absl::Milliseconds(1500);
  web.is_live = true;
  web.position.revision = 123'456'789;
  web.epoch_conflicts = 1;
  CacheStatistics other;
  other.hits = 11;
  return {{.cache = "web", .statistics = web, .types = {{"user", users}, {"a \"page\"", {}}}},
          {.cache = "other", .statistics = other}};
}

TEST(PrometheusCollectableTest, ShowsWhatPrometheusTextShows) {
  const PrometheusCollectable metrics(Caches);
  const std::string text = prometheus::TextSerializer().Serialize(metrics.Collect());
  EXPECT_THAT(Lines(text), testing::UnorderedElementsAreArray(Lines(PrometheusText(Caches()))));
}

TEST(PrometheusCollectableTest, ReadsTheCachesAtEachScrape) {
  uint64_t hits = 0;
  const PrometheusCollectable metrics([&hits] {
    return std::vector<CacheMetrics>{{.cache = "web", .types = {{"user", {.hits = ++hits}}}}};
  });
  EXPECT_EQ(metrics.Collect().at(0).metric.at(0).counter.value, 1);
  EXPECT_EQ(metrics.Collect().at(0).metric.at(0).counter.value, 2);
}

}  // namespace
}  // namespace cache_invalidation::client
