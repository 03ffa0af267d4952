// SPDX-License-Identifier: Apache-2.0

#include "server/metrics/families.h"

#include <map>
#include <string>

#include "gtest/gtest.h"

namespace cache_invalidation::metrics {
namespace {

TEST(ProcessFamilies, TellsAboutThisProcess) {
  std::map<std::string, double> values;
  for (const prometheus::MetricFamily& family : ProcessFamilies()) {
    ASSERT_EQ(family.metric.size(), 1u) << family.name;
    const bool is_counter = family.type == prometheus::MetricType::Counter;
    values[family.name] =
        is_counter ? family.metric[0].counter.value : family.metric[0].gauge.value;
  }
  EXPECT_GE(values.at("process_cpu_seconds_total"), 0);
  EXPECT_GE(values.at("process_threads"), 1);
  EXPECT_GT(values.at("process_resident_memory_bytes"), 100'000);
  EXPECT_GT(values.at("process_virtual_memory_bytes"), values.at("process_resident_memory_bytes"));
  EXPECT_GE(values.at("process_open_fds"), 3);
  EXPECT_GE(values.at("process_max_fds"), values.at("process_open_fds"));
  EXPECT_GT(values.at("process_start_time_seconds"), 1e9);
}

}  // namespace
}  // namespace cache_invalidation::metrics
