// SPDX-License-Identifier: Apache-2.0

#include "client/connect/metrics_page.h"

#include "client/connect/http/http_sink_status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cache_invalidation::connect {
namespace {

using ::testing::HasSubstr;

TEST(MetricsPageTest, ALabelIsOneWhateverIsInIt) {
  MetricsPage page("p_");
  page.Labeled("c", "reason", {{"a\"} 1\n\\", 7}}, "Why.");
  EXPECT_EQ(page.Take(),
            "# HELP p_c Why.\n# TYPE p_c counter\np_c{reason=\"a\\\"} 1\\n\\\\\"} 7\n");
}

TEST(MetricsPageTest, AnEndpointIsALabelWhateverIsInItsUrl) {
  HttpSinkFigures figures;
  figures[R"(http://h/"x\)"].requests["200"] = 3;
  const std::string text = MetricsText(figures);
  EXPECT_THAT(text, HasSubstr(R"(_connected{endpoint="http://h/\"x\\"} 0)"));
  EXPECT_THAT(text, HasSubstr(R"(_requests_total{endpoint="http://h/\"x\\",code="200"} 3)"));
}

}  // namespace
}  // namespace cache_invalidation::connect
