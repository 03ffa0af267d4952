// SPDX-License-Identifier: Apache-2.0

#include "client/connect/sink_targets.h"

namespace cache_invalidation::connect {
namespace {

// Quotes and a comma around a key in JSON.
constexpr size_t kBytesAround = 3;

// Merges the smaller set into the larger one.
template <typename Set>
void MergeInto(Set& set, Set& other) {
  if (set.size() < other.size()) set.swap(other);
  set.merge(other);
}

}  // namespace

void SinkTargets::Merge(SinkTargets other) {
  if (everything || other.everything) return MakeEverything();
  for (const std::string& key : other.keys) stale.erase(key);
  for (const std::string& key : other.stale) {
    if (!keys.contains(key)) stale.insert(key);
  }
  MergeInto(keys, other.keys);
  MergeInto(once, other.once);
  MergeInto(scans, other.scans);
  if (scans.size() > kMaxScans) MakeEverything();
}

SinkTargets SinkTargets::TakePart(size_t max_names, size_t max_bytes) {
  SinkTargets part;
  if (everything) {
    std::swap(part, *this);
    return part;
  }
  size_t bytes = 0;
  const auto take = [&](std::set<std::string>& from, std::set<std::string>& to) {
    while (!from.empty() && part.size() < max_names) {
      bytes += from.begin()->size() + kBytesAround;
      if (!part.empty() && bytes > max_bytes) return;
      to.insert(to.end(), from.extract(from.begin()));
    }
  };
  if (!stale.empty()) {
    take(stale, part.stale);
    return part;
  }
  take(keys, part.keys);
  take(once, part.once);
  if (keys.empty() && once.empty()) part.scans.swap(scans);
  return part;
}

}  // namespace cache_invalidation::connect
