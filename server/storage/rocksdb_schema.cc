// SPDX-License-Identifier: Apache-2.0

#include "server/storage/rocksdb_schema.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/storage/disk_format.h"

namespace cache_invalidation::storage {
namespace {

constexpr char kVersionKey[] = "s";

// Writes the version together with `changes`, which lead to it.
absl::Status WriteVersion(RocksdbDatabase& store, uint32_t version, rocksdb::WriteBatch& changes) {
  std::string value;
  AppendBigEndian(version, value);
  (void)changes.Put(store.meta(), kVersionKey, value);
  return store.Write(changes, /*sync=*/true);
}

absl::Status NoStore(const RocksdbDatabase& store) {
  return absl::FailedPreconditionError(
      absl::StrCat("what is in ", store.directory(), " is no store of this program"));
}

absl::Status OtherVersion(const RocksdbDatabase& store, uint32_t version, uint32_t newest) {
  return absl::FailedPreconditionError(absl::StrCat(
      "the store in ", store.directory(), " has schema version ", version,
      ", this program reads versions ", kOldestSchemaVersion, " to ", newest,
      ": start the version of the program that wrote the store, or give this one an empty "
      "directory, where it begins without rules, relationships and history"));
}

// Absent if the store has none.
absl::StatusOr<std::optional<uint32_t>> ReadVersion(const RocksdbDatabase& store) {
  const absl::StatusOr<std::optional<std::string>> stored =
      store.ReadMeta(rocksdb::ReadOptions(), kVersionKey);
  if (!stored.ok()) return stored.status();
  if (!stored->has_value()) return std::nullopt;
  absl::string_view value = **stored;
  uint32_t version = 0;
  if (ConsumeBigEndian(value, version) && value.empty()) return version;
  return absl::DataLossError(
      absl::StrCat("the schema version of the store in ", store.directory(), " cannot be read"));
}

// Returns the version of the store; an empty store gets `newest`.
absl::StatusOr<uint32_t> ReadOrBeginVersion(RocksdbDatabase& store, uint32_t newest) {
  const absl::StatusOr<std::optional<uint32_t>> version = ReadVersion(store);
  if (!version.ok()) return version.status();
  if (version->has_value()) return **version;
  const absl::StatusOr<bool> empty = store.IsEmpty();
  if (!empty.ok()) return empty.status();
  if (!*empty) return NoStore(store);
  rocksdb::WriteBatch nothing;
  if (absl::Status status = WriteVersion(store, newest, nothing); !status.ok()) return status;
  return newest;
}

}  // namespace

std::vector<Migration> SchemaMigrations() { return {}; }

uint32_t NewestSchemaVersion(const std::vector<Migration>& migrations) {
  return kOldestSchemaVersion + static_cast<uint32_t>(migrations.size());
}

absl::Status CheckSchema(const RocksdbDatabase& store, const std::vector<Migration>& migrations) {
  const absl::StatusOr<std::optional<uint32_t>> version = ReadVersion(store);
  if (!version.ok()) return version.status();
  if (!version->has_value()) return NoStore(store);
  const uint32_t newest = NewestSchemaVersion(migrations);
  if (**version > newest || **version < kOldestSchemaVersion) {
    return OtherVersion(store, **version, newest);
  }
  if (**version == newest) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "the store in ", store.directory(), " has schema version ", **version,
      ", this program writes ", newest, ": start the server on it, which migrates it"));
}

absl::Status BringToNewestSchema(RocksdbDatabase& store, const std::vector<Migration>& migrations) {
  const uint32_t newest = NewestSchemaVersion(migrations);
  absl::StatusOr<uint32_t> version = ReadOrBeginVersion(store, newest);
  if (!version.ok()) return version.status();
  if (*version > newest || *version < kOldestSchemaVersion) {
    return OtherVersion(store, *version, newest);
  }
  for (; *version < newest; ++*version) {
    rocksdb::WriteBatch changes;
    absl::Status status = migrations[*version - kOldestSchemaVersion](store, changes);
    if (status.ok()) status = WriteVersion(store, *version + 1, changes);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace cache_invalidation::storage
