#include "common/condition/suggestion.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <vector>

#include "absl/strings/ascii.h"

namespace cache_invalidation::condition {
namespace {

// The names that people declare are shorter; bounds the work on names nobody would mistype.
constexpr size_t kLongestName = 64;

// How many letters have to be changed, added, left out or swapped with their neighbour; case
// counts nothing.
size_t DistanceBetween(absl::string_view left, absl::string_view right) {
  // Row i: the distances of the first i letters of `left` to all beginnings of `right`.
  std::array<std::vector<size_t>, 3> rows;
  rows.fill(std::vector<size_t>(right.size() + 1));
  std::iota(rows[0].begin(), rows[0].end(), size_t{0});
  for (size_t i = 1; i <= left.size(); ++i) {
    const std::vector<size_t>& above = rows[(i - 1) % 3];
    std::vector<size_t>& row = rows[i % 3];
    row[0] = i;
    for (size_t j = 1; j <= right.size(); ++j) {
      const bool same = absl::ascii_tolower(left[i - 1]) == absl::ascii_tolower(right[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1]) {
        row[j] = std::min(row[j], rows[(i - 2) % 3][j - 2] + 1);
      }
    }
  }
  return rows[left.size() % 3].back();
}

}  // namespace

absl::string_view ClosestName(absl::string_view name,
                              absl::Span<const absl::string_view> candidates) {
  if (name.size() > kLongestName) return "";
  absl::string_view closest;
  size_t least = std::max<size_t>(1, name.size() / 3) + 1;
  for (const absl::string_view candidate : candidates) {
    if (candidate.size() > kLongestName) continue;
    const size_t distance = DistanceBetween(name, candidate);
    if (distance < least) {
      least = distance;
      closest = candidate;
    }
  }
  return closest;
}

}  // namespace cache_invalidation::condition
