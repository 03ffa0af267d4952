// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/position.h"

namespace cache_invalidation::delivery {

std::optional<ResetReason> CheckPosition(const Position& position, absl::string_view epoch,
                                         const storage::RetainedRevisions& retained) {
  // Revisions of different histories cannot be compared, so the epoch comes first.
  if (position.epoch != epoch) return ResetReason::kEpoch;
  if (position.revision > retained.head) return ResetReason::kAhead;
  if (position.revision < retained.floor) return ResetReason::kTrimmed;
  return std::nullopt;
}

void AppliedRevision::Sent(uint64_t first, uint64_t last) {
  first = std::max(first, acknowledged_ + 1);
  if (last < first) return;
  // At the limit the last range grows over the gap, as if the revisions in it had been sent, too.
  if (!sent_.empty() && (first <= sent_.back().last + 1 || sent_.size() == kMaxRanges)) {
    sent_.back().last = std::max(sent_.back().last, last);
  } else {
    sent_.push_back({first, last});
  }
}

void AppliedRevision::Acknowledged(uint64_t revision) {
  acknowledged_ = std::max(acknowledged_, revision);
  while (!sent_.empty() && sent_.front().last <= acknowledged_) sent_.pop_front();
  if (!sent_.empty()) sent_.front().first = std::max(sent_.front().first, acknowledged_ + 1);
}

uint64_t AppliedRevision::revision() const {
  const uint64_t before_sent = sent_.empty() ? passed_ : sent_.front().first - 1;
  return std::max(acknowledged_, std::min(passed_, before_sent));
}

}  // namespace cache_invalidation::delivery
