#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_WIDENED_CALL_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_WIDENED_CALL_H_

#include <optional>

#include "absl/status/statusor.h"
#include "client/call_options.h"
#include "client/client.h"
#include "client/widening.h"
#include "client/write_event.h"

namespace cache_invalidation::client::internal {

// Reports the writes, or invalidates everything if that is what they were widened to. Threads and
// errors: as Client::InvalidateByWrites.
absl::StatusOr<WriteResult> Report(const Client& client, const WidenedWrites& writes,
                                   const std::optional<WaitForSubscribers>& wait,
                                   const CallOptions& options);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_WIDENED_CALL_H_
