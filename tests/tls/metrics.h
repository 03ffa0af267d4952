// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_TLS_METRICS_H_
#define CACHE_INVALIDATION_TESTS_TLS_METRICS_H_

#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "tests/support/http_get.h"

namespace cache_invalidation {

// The sum of a server's series whose lines begin with `series`.
inline double MetricSum(int http_port, absl::string_view series) {
  double sum = 0;
  const std::string text = testing::HttpGet(http_port, "/metrics").body;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::ConsumePrefix(&line, series)) continue;
    double value = 0;
    if (absl::SimpleAtod(line.substr(line.rfind(' ') + 1), &value)) sum += value;
  }
  return sum;
}

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_TLS_METRICS_H_
