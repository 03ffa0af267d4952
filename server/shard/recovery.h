#ifndef CACHE_INVALIDATION_SERVER_SHARD_RECOVERY_H_
#define CACHE_INVALIDATION_SERVER_SHARD_RECOVERY_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/engine/engine.h"
#include "server/storage/store.h"

namespace cache_invalidation::shard {

// Reads the state of namespaces from the store at a start. Errors: the store's, and DATA_LOSS if
// rows or history cannot be read or are inconsistent; then the server must not serve.

// The latest engine time of all namespaces; the epoch of Unix if there are none.
absl::StatusOr<absl::Time> LastRecordedTime(const storage::Store& store);

// The engine of a namespace as it was when its last group became durable. Reads no clock: the
// result depends on the store alone.
absl::StatusOr<std::unique_ptr<engine::Engine>> RebuildEngine(const storage::Store& store,
                                                              absl::string_view namespace_name,
                                                              absl::string_view epoch,
                                                              const engine::Limits& limits);

}  // namespace cache_invalidation::shard

#endif  // CACHE_INVALIDATION_SERVER_SHARD_RECOVERY_H_
