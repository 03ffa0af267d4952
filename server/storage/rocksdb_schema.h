#ifndef CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_SCHEMA_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_SCHEMA_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "rocksdb/write_batch.h"
#include "server/storage/rocksdb_database.h"

namespace cache_invalidation::storage {

// The schema version of a store says how its keys and values are to be read. What protobuf's own
// rules allow (new fields of a record) takes no new version; anything else does, and a migration
// with it.

// What makes a store of one version one of the next: reads the store and puts the difference into
// `changes`, which is written with the new version or not at all.
using Migration =
    std::function<absl::Status(const RocksdbDatabase& store, rocksdb::WriteBatch& changes)>;

// Version 1 had rules in a form of its own, not as v1.Rule. No release wrote it, so there is no
// migration from it.
inline constexpr uint32_t kOldestSchemaVersion = 2;

// From kOldestSchemaVersion on, one step each. The version that this program writes is the one
// after the last.
std::vector<Migration> SchemaMigrations();

// Makes an empty store one of the newest version, and brings an older one there step by step.
// FAILED_PRECONDITION: its version is newer than that or older than kOldestSchemaVersion, or it is
// no store of this program. The message names the versions and what to do. Other errors are those
// of the store and of the migrations; the steps before them stay.
absl::Status BringToNewestSchema(RocksdbDatabase& store, const std::vector<Migration>& migrations);

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_SCHEMA_H_
