// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_SCHEMA_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_SCHEMA_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "rocksdb/write_batch.h"
#include "server/storage/rocksdb_database.h"

namespace cache_invalidation::storage {

// The schema version of a store defines how its keys and values are read. Changes that protobuf's
// own rules allow (new fields of a record) need no new version. Any other change needs one, with a
// migration.

// Turns a store of one version into one of the next: reads the store and puts the difference into
// `changes`, which is written atomically with the new version.
using Migration =
    std::function<absl::Status(const RocksdbDatabase& store, rocksdb::WriteBatch& changes)>;

// Version 1 had rules in a form of its own, not as v1.Rule. No release wrote it, so there is no
// migration from it.
inline constexpr uint32_t kOldestSchemaVersion = 2;

// One migration per version, from kOldestSchemaVersion on.
std::vector<Migration> SchemaMigrations();

// The version that a program with these migrations writes: the one after the last.
uint32_t NewestSchemaVersion(const std::vector<Migration>& migrations);

// Fails with FAILED_PRECONDITION, as BringToNewestSchema does, unless the store has the newest
// version. Changes nothing.
absl::Status CheckSchema(const RocksdbDatabase& store, const std::vector<Migration>& migrations);

// Gives an empty store the newest version, and migrates an older one step by step. Fails with
// FAILED_PRECONDITION if the store has a newer version, one older than kOldestSchemaVersion, or is
// not a store of this program; the message names the versions and what to do. Otherwise fails with
// the errors of the store and of the migrations. Completed steps stay.
absl::Status BringToNewestSchema(RocksdbDatabase& store, const std::vector<Migration>& migrations);

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_SCHEMA_H_
