// SPDX-License-Identifier: Apache-2.0

#include "server/metrics/process_text.h"

#include <sstream>
#include <vector>

#include "prometheus/text_serializer.h"
#include "server/metrics/families.h"

namespace cache_invalidation::metrics {

std::string ProcessText(absl::string_view prefix, absl::string_view version) {
  std::vector<prometheus::MetricFamily> families = ProcessFamilies();
  families.push_back(BuildInfo(prefix, version));
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, families);
  return text.str();
}

}  // namespace cache_invalidation::metrics
