// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_COMMON_PROMETHEUS_LABEL_H_
#define CACHE_INVALIDATION_COMMON_PROMETHEUS_LABEL_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation {

// Returns a label as Prometheus' text format has it, `name="value"`, whatever the value is.
inline std::string PrometheusLabel(absl::string_view name, absl::string_view value) {
  const std::string escaped =
      absl::StrReplaceAll(value, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}});
  return absl::StrCat(name, "=\"", escaped, "\"");
}

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_PROMETHEUS_LABEL_H_
