// SPDX-License-Identifier: Apache-2.0

#include "client/connect/postgres/source_status.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/connect/postgres/source_state.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cache_invalidation::connect {
namespace {

using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1'000'000);

std::string Line(absl::string_view name, double value) {
  return absl::StrCat("\ncache_invalidation_connect_", name, " ", value, "\n");
}

std::string LagOf(const SourceFigures& figures) {
  const std::string text = MetricsText(figures, kNow);
  const size_t begin = text.find("\ncache_invalidation_connect_source_lag_seconds ");
  return text.substr(begin, text.find('\n', begin + 1) + 1 - begin);
}

TEST(SourceStatusTest, EverySeriesBeginsAtZero) {
  const std::string text = MetricsText({}, kNow);
  for (const char* reason : kGapReasons) {
    EXPECT_THAT(text, HasSubstr(Line(absl::StrCat("gaps_total{reason=\"", reason, "\"}"), 0)));
  }
  for (const char* name : {"source_retained_bytes", "source_last_contact_timestamp_seconds",
                           "source_lag_seconds", "source_last_told_commit_timestamp_seconds"}) {
    EXPECT_THAT(text, HasSubstr(Line(name, 0)));
  }
}

TEST(SourceStatusTest, TheLagIsThatOfTheOldestCommitWhileConnected) {
  SourceFigures figures;
  figures.connected = true;
  figures.followed = kNow - absl::Seconds(9);
  EXPECT_EQ(LagOf(figures), Line("source_lag_seconds", 0));
  figures.untold_commit = kNow - absl::Seconds(4);
  EXPECT_EQ(LagOf(figures), Line("source_lag_seconds", 4));
  figures.untold_commit = kNow + absl::Seconds(4);  // by the clock of the database
  EXPECT_EQ(LagOf(figures), Line("source_lag_seconds", 0));
}

TEST(SourceStatusTest, TheLagGrowsWhileDisconnected) {
  SourceFigures figures;
  figures.followed = kNow - absl::Seconds(90);
  EXPECT_EQ(LagOf(figures), Line("source_lag_seconds", 90));
  figures.untold_commit = kNow - absl::Seconds(100);
  EXPECT_EQ(LagOf(figures), Line("source_lag_seconds", 100));
  figures.untold_commit = kNow - absl::Seconds(10);
  EXPECT_EQ(LagOf(figures), Line("source_lag_seconds", 90));
}

}  // namespace
}  // namespace cache_invalidation::connect
