#include "server/delivery/position.h"

namespace cache_invalidation::delivery {

absl::optional<ResetReason> CheckPosition(const Position& position, absl::string_view epoch,
                                          const storage::RetainedRevisions& retained) {
  // Revisions of different histories cannot be compared, so the epoch comes first.
  if (position.epoch != epoch) return ResetReason::kEpoch;
  if (position.revision > retained.head) return ResetReason::kAhead;
  if (position.revision < retained.floor) return ResetReason::kTrimmed;
  return absl::nullopt;
}

}  // namespace cache_invalidation::delivery
