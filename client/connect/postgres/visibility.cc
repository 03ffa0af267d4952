// SPDX-License-Identifier: Apache-2.0

#include "client/connect/postgres/visibility.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace cache_invalidation::connect {

std::optional<Snapshot> Snapshot::Parse(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ':');
  Snapshot out;
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &out.xmin_) ||
      !absl::SimpleAtoi(parts[1], &out.xmax_)) {
    return std::nullopt;
  }
  for (const absl::string_view xid : absl::StrSplit(parts[2], ',', absl::SkipEmpty())) {
    if (!absl::SimpleAtoi(xid, &out.running_.emplace_back())) return std::nullopt;
  }
  std::sort(out.running_.begin(), out.running_.end());
  return out;
}

bool Snapshot::Sees(uint32_t xid) const {
  const auto distance = static_cast<int32_t>(static_cast<uint32_t>(xmax_) - xid);
  if (distance <= 0) return false;
  const uint64_t full = xmax_ - static_cast<uint64_t>(distance);
  return full < xmin_ || !std::binary_search(running_.begin(), running_.end(), full);
}

}  // namespace cache_invalidation::connect
