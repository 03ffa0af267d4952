#ifndef CACHE_INVALIDATION_SERVER_STORAGE_DELETED_REVISION_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_DELETED_REVISION_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "server/storage/store.h"

namespace cache_invalidation::storage {

// The highest revision given to a namespace that has since been deleted. Nothing else is kept of
// deleted namespaces: new ones begin after it, so that a position of a deleted namespace is never
// valid for its successor (docs/adr/0016-deleted-namespaces.md).
//
// Each shard stores it for its own namespaces, in its own server value, because shards do not wait
// for each other. At startup the highest value counts, whatever the number of shards was.

// The value that shard number `shard` stores. REQUIRES: shard < 1,024.
WriteBatch::ServerValue DeletedRevisionOf(size_t shard, uint64_t revision);

// Returns 0 if no namespace was ever deleted. Fails with DATA_LOSS if a value is malformed, and
// with the errors of the store.
absl::StatusOr<uint64_t> HighestDeletedRevision(const Store& store);

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_DELETED_REVISION_H_
