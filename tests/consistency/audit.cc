// SPDX-License-Identifier: Apache-2.0

#include "tests/consistency/audit.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "tests/consistency/observation.h"

namespace cache_invalidation::consistency {
namespace {

// From when on no read may find less than a version.
struct Bound {
  absl::Duration from;
  uint64_t version = 0;
};

// By key, by time; the versions grow too.
using Bounds = std::map<std::string, std::vector<Bound>>;

Bounds BoundsOf(const std::vector<Observations>& processes, absl::Duration lease) {
  Bounds bounds;
  for (const Observations& process : processes) {
    for (const Write& write : process.writes) {
      if (write.promise == Promise::kNone) continue;
      const absl::Duration lag = write.promise == Promise::kTold ? lease : absl::ZeroDuration();
      bounds[write.key].push_back({.from = write.returned + lag, .version = write.version});
    }
  }
  for (auto& [key, list] : bounds) {
    std::sort(list.begin(), list.end(),
              [](const Bound& a, const Bound& b) { return a.from < b.from; });
    uint64_t highest = 0;
    for (Bound& bound : list) bound.version = highest = std::max(highest, bound.version);
  }
  return bounds;
}

// What a read has to find that begins then.
Bound BoundAt(const std::vector<Bound>& bounds, absl::Duration begun) {
  const auto after = std::partition_point(
      bounds.begin(), bounds.end(), [begun](const Bound& bound) { return bound.from < begun; });
  return after == bounds.begin() ? Bound{} : *(after - 1);
}

}  // namespace

std::vector<std::string> StaleReads(const std::vector<Observations>& processes,
                                    absl::Duration lease, absl::Duration stale_for) {
  const Bounds bounds = BoundsOf(processes, lease);
  std::vector<std::string> stale;
  for (size_t process = 0; process < processes.size(); ++process) {
    for (const Reads& reads : processes[process].reads) {
      const auto found = bounds.find(reads.key);
      if (found == bounds.end()) continue;
      const absl::Duration accepted = reads.is_stale ? stale_for : absl::ZeroDuration();
      const Bound bound = BoundAt(found->second, reads.last_begun - accepted);
      if (reads.version >= bound.version) continue;
      stale.push_back(absl::StrCat(
          "process ", process, reads.is_stale ? " accepted " : " read ", reads.key, " in version ",
          reads.version, ", which was version ", bound.version, " everywhere ",
          absl::FormatDuration(reads.last_begun - bound.from), " before the read began"));
    }
  }
  return stale;
}

}  // namespace cache_invalidation::consistency
