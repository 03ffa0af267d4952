// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_WIDENED_CALL_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_WIDENED_CALL_H_

#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "client/call_options.h"
#include "client/client.h"
#include "client/invalidation.h"
#include "client/widening.h"
#include "client/write_event.h"

namespace cache_invalidation::client::internal {

// Reports the writes, or invalidates everything if that is what they were widened to. Threads and
// errors: as Client::InvalidateByWrites.
inline absl::StatusOr<WriteResult> Report(const Client& client, const WidenedWrites& writes,
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

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_WIDENED_CALL_H_
