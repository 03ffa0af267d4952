// SPDX-License-Identifier: Apache-2.0

#include "client/internal/cache/applied_history.h"

#include <algorithm>

#include "absl/hash/hash.h"
#include "common/tag.h"

namespace cache_invalidation::client::internal {
namespace {

// Limit of remembered patterns. Each is matched against the keys of fills: more of them would cost
// more than the fills that are refused because a pattern was forgotten.
constexpr size_t kMaxPatterns = 256;

enum class NameKind : uint8_t { kEverything, kTag, kKey };

uint64_t Hash(NameKind kind, absl::string_view name) {
  return absl::HashOf(static_cast<uint8_t>(kind), name);
}

// Returns the hashes of all names that touch an entry, sorted.
std::vector<uint64_t> HashesOf(absl::string_view key, const EntryNames& names) {
  std::vector<uint64_t> hashes = {Hash(NameKind::kEverything, ""), Hash(NameKind::kKey, key)};
  for (const std::string& other : names.keys) hashes.push_back(Hash(NameKind::kKey, other));
  for (const std::string& tag : names.tags) {
    ForEachSelfAndAncestor(
        tag, [&](absl::string_view above) { hashes.push_back(Hash(NameKind::kTag, above)); });
  }
  std::sort(hashes.begin(), hashes.end());
  return hashes;
}

// Returns the first element above `after` of a sequence that is ordered by step.
template <typename Sequence>
auto FirstAbove(const Sequence& sequence, uint64_t after) {
  return std::partition_point(sequence.begin(), sequence.end(),
                              [&](const auto& item) { return item.step <= after; });
}

}  // namespace

void RecentInvalidations::Record(uint64_t step, const Change& change) {
  if (change.evicts_everything || change.marks_everything || change.touches_loads) {
    Add(step, Hash(NameKind::kEverything, ""));
  }
  for (const Change::Name& tag : change.tags) Add(step, Hash(NameKind::kTag, tag.name));
  for (const Change::Name& key : change.keys) Add(step, Hash(NameKind::kKey, key.name));
  for (const Change::KeyPattern& pattern : change.patterns) {
    patterns_.push_back({step, pattern.pattern});
  }
  while (patterns_.size() > kMaxPatterns) {
    floor_ = std::max(floor_, patterns_.front().step);
    patterns_.pop_front();
  }
}

void RecentInvalidations::Add(uint64_t step, uint64_t name) {
  touched_.push_back({step, name});
  last_[name] = step;
  if (touched_.size() <= limit_) return;
  const Touched& oldest = touched_.front();
  floor_ = std::max(floor_, oldest.step);
  const auto last = last_.find(oldest.name);
  if (last != last_.end() && last->second == oldest.step) last_.erase(last);
  touched_.pop_front();
}

uint64_t RecentInvalidations::FirstTouch(uint64_t after, absl::string_view key,
                                         const EntryNames& names) const {
  if (after < floor_) return after + 1;
  return std::min(FirstTouchByName(after, key, names), FirstTouchByPattern(after, key, names));
}

uint64_t RecentInvalidations::FirstTouchByName(uint64_t after, absl::string_view key,
                                               const EntryNames& names) const {
  auto touched = FirstAbove(touched_, after);
  if (touched == touched_.end()) return kNever;
  const std::vector<uint64_t> hashes = HashesOf(key, names);
  const bool any = std::any_of(hashes.begin(), hashes.end(), [&](uint64_t name) {
    const auto last = last_.find(name);
    return last != last_.end() && last->second > after;
  });
  if (!any) return kNever;
  while (!std::binary_search(hashes.begin(), hashes.end(), touched->name)) ++touched;
  return touched->step;
}

uint64_t RecentInvalidations::FirstTouchByPattern(uint64_t after, absl::string_view key,
                                                  const EntryNames& names) const {
  const auto touched =
      std::find_if(FirstAbove(patterns_, after), patterns_.end(), [&](const auto& item) {
        return item.pattern.Matches(key) ||
               std::any_of(names.keys.begin(), names.keys.end(),
                           [&](const std::string& other) { return item.pattern.Matches(other); });
      });
  return touched == patterns_.end() ? kNever : touched->step;
}

uint64_t AppliedHistory::Begin(const Change& change) {
  recent_.Record(++recorded_, change);
  return recorded_;
}

void AppliedHistory::BeginReset() {
  if (now_.resets % 2 == 0) ++now_.resets;
}

void AppliedHistory::EndReset(const Position& position) {
  ++now_.resets;
  position_ = position;
}

void AppliedHistory::Pass(uint64_t revision) {
  position_.revision = std::max(position_.revision, revision);
}

uint64_t AppliedHistory::FirstTouch(const Moment& after, absl::string_view key,
                                    const EntryNames& names) const {
  if (after.resets != now_.resets || now_.resets % 2 != 0) return after.step + 1;
  return recent_.FirstTouch(after.step, key, names);
}

}  // namespace cache_invalidation::client::internal
