// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/filter.h"

#include <algorithm>
#include <functional>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "common/tag.h"

namespace cache_invalidation::delivery {
namespace {

// Sorts, and drops every name that another one covers. In bytewise order a prefix comes before the
// names that begin with it; but other tags may come between a tag and those below it (`a`, `a!`,
// `a:b`), so tags are not dropped here.
std::vector<std::string> Sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::vector<std::string> WithoutLongerPrefixes(std::vector<std::string> sorted) {
  std::vector<std::string> shortest;
  for (std::string& prefix : sorted) {
    if (shortest.empty() || !absl::StartsWith(prefix, shortest.back())) {
      shortest.push_back(std::move(prefix));
    }
  }
  return shortest;
}

// Whether the name comes before every name below the tag, that is, before "tag:", without building
// that string.
bool IsBeforeBelow(absl::string_view name, absl::string_view tag) {
  const int order = name.substr(0, tag.size()).compare(tag);
  if (order != 0) return order < 0;
  return name.size() == tag.size() || static_cast<unsigned char>(name[tag.size()]) < ':';
}

}  // namespace

Filter::Filter(std::vector<std::string> tags, std::vector<std::string> key_prefixes)
    : key_prefixes_(WithoutLongerPrefixes(Sorted(std::move(key_prefixes)))) {
  tags = Sorted(std::move(tags));
  const absl::flat_hash_set<std::string> given(tags.begin(), tags.end());
  for (std::string& tag : tags) {
    // Whatever matches a tag also matches every tag above it, so the highest ones suffice.
    bool covered = false;
    ForEachAncestor(tag, [&](absl::string_view above) { covered |= given.contains(above); });
    if (!covered) tags_.push_back(std::move(tag));
  }
}

bool Filter::PassesTag(absl::string_view tag) const {
  if (tags_.empty()) return true;
  const auto below =
      std::partition_point(tags_.begin(), tags_.end(),
                           [tag](absl::string_view name) { return IsBeforeBelow(name, tag); });
  if (below != tags_.end() && IsSelfOrAncestor(tag, *below)) return true;
  for (; !tag.empty(); tag = ParentTag(tag)) {
    if (std::binary_search(tags_.begin(), tags_.end(), tag, std::less<>())) return true;
  }
  return false;
}

bool Filter::PassesKey(absl::string_view key) const {
  if (key_prefixes_.empty()) return true;
  // No prefix begins with another, so only the greatest one that is not above the key can match.
  const auto greater = std::upper_bound(key_prefixes_.begin(), key_prefixes_.end(), key);
  return greater != key_prefixes_.begin() && absl::StartsWith(key, *std::prev(greater));
}

bool Filter::PassesPattern(absl::string_view literal_prefix) const {
  if (PassesKey(literal_prefix)) return true;
  const auto longer = std::lower_bound(key_prefixes_.begin(), key_prefixes_.end(), literal_prefix);
  return longer != key_prefixes_.end() && absl::StartsWith(*longer, literal_prefix);
}

size_t Filter::bytes() const {
  size_t bytes = sizeof(*this);
  for (const std::vector<std::string>* names : {&tags_, &key_prefixes_}) {
    for (const std::string& name : *names) bytes += sizeof(name) + name.capacity();
  }
  return bytes;
}

}  // namespace cache_invalidation::delivery
