#include "server/delivery/position.h"

#include <optional>

namespace cache_invalidation::delivery {

std::optional<ResetReason> CheckPosition(const Position& position, absl::string_view epoch,
                                         const storage::RetainedRevisions& retained) {
  // Revisions of different histories cannot be compared, so the epoch comes first.
  if (position.epoch != epoch) return ResetReason::kEpoch;
  if (position.revision > retained.head) return ResetReason::kAhead;
  if (position.revision < retained.floor) return ResetReason::kTrimmed;
  return std::nullopt;
}

}  // namespace cache_invalidation::delivery
