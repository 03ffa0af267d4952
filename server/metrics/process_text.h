// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_METRICS_PROCESS_TEXT_H_
#define CACHE_INVALIDATION_SERVER_METRICS_PROCESS_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace cache_invalidation::metrics {

// Returns what every program shows of its process, in Prometheus' text format: ProcessFamilies, and
// BuildInfo with this prefix. For programs without a registry. Thread-safe.
std::string ProcessText(absl::string_view prefix, absl::string_view version);

}  // namespace cache_invalidation::metrics

#endif  // CACHE_INVALIDATION_SERVER_METRICS_PROCESS_TEXT_H_
