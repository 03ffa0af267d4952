#include "client/internal/widened_call.h"

#include <utility>

#include "client/invalidation.h"

namespace cache_invalidation::client::internal {

absl::StatusOr<WriteResult> Report(const Client& client, const WidenedWrites& writes,
                                   const std::optional<WaitForSubscribers>& wait,
                                   const CallOptions& options) {
  if (!writes.everything) {
    return client.InvalidateByWrites({.writes = writes.writes, .wait = wait, .options = options});
  }
  absl::StatusOr<InvalidationResult> result =
      client.Invalidate({.everything = true, .wait = wait, .options = options});
  if (!result.ok()) return result.status();
  return WriteResult{.position = std::move(result->position),
                     .invalidations = result->invalidations,
                     .widened = result->widened,
                     .pending_targets = result->pending_targets,
                     .waiting = std::move(result->waiting)};
}

}  // namespace cache_invalidation::client::internal
