#ifndef CACHE_INVALIDATION_SERVER_STORAGE_DELETED_REVISION_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_DELETED_REVISION_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "server/storage/store.h"

namespace cache_invalidation::storage {

// The highest revision that was given to a namespace that has been deleted. It is all that stays of
// deleted namespaces: new ones begin behind it, so that no position of a deleted one can be taken
// for one of its successor (docs/adr/0016-deleted-namespaces.md).
//
// Each shard keeps it for its own namespaces, in a value of the server, as shards do not wait for
// each other. A start takes the highest, whatever shards there were.

// What shard number `shard` notes. REQUIRES: shard < 1,024.
WriteBatch::ServerValue DeletedRevisionOf(size_t shard, uint64_t revision);

// 0 if no namespace was ever deleted. DATA_LOSS: a value is no such number. Other errors are the
// store's.
absl::StatusOr<uint64_t> HighestDeletedRevision(const Store& store);

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_DELETED_REVISION_H_
