#ifndef CACHE_INVALIDATION_SERVER_SHARD_SHARD_CORES_H_
#define CACHE_INVALIDATION_SERVER_SHARD_SHARD_CORES_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/shard/namespace_quota.h"
#include "server/shard/shard_core.h"
#include "server/shard/shard_observer.h"
#include "server/storage/store.h"

namespace cache_invalidation::shard {

// Which of so many shards a namespace belongs to: the same at every start.
size_t ShardIndex(absl::string_view namespace_name, size_t shards);

// The cores that a server starts with, one for each shard, each with its namespaces of the store.
// The number of its shard and what was deleted are filled into the options.
// The references must outlive the cores. Errors: see recovery.h. `now`: see ShardCore::Adopt.
absl::StatusOr<std::vector<std::unique_ptr<ShardCore>>> RebuildCores(
    const ShardCore::Options& options, size_t shards, const storage::Store& store,
    NamespaceQuota& quota, ShardObserver& observer, absl::Time now);

}  // namespace cache_invalidation::shard

#endif  // CACHE_INVALIDATION_SERVER_SHARD_SHARD_CORES_H_
