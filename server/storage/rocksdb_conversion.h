// SPDX-License-Identifier: Apache-2.0

// Between RocksDB's API and ours: options, bytes and errors.

#ifndef CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_CONVERSION_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rocksdb/options.h"
#include "rocksdb/slice.h"
#include "rocksdb/status.h"
#include "server/storage/rocksdb_store.h"

namespace cache_invalidation::storage {

inline rocksdb::Slice ToSlice(absl::string_view bytes) { return {bytes.data(), bytes.size()}; }
inline absl::string_view ToView(const rocksdb::Slice& bytes) {
  return {bytes.data(), bytes.size()};
}

// RocksDB's options for a database of ours and for each of its column families. Each deviation from
// the defaults is explained in the .cc.
rocksdb::Options TunedOptions(const RocksdbOptions& options);

// Read options of the store: everything is read once, so blocks are not cached.
rocksdb::ReadOptions ScanOptions();

// Converts an error of RocksDB to the errors of store.h. `attempt` says what was tried and where:
// "cannot write to the store in /data". REQUIRES: not NotFound, which is no error.
absl::Status FromRocksdb(const rocksdb::Status& status, absl::string_view attempt);

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_CONVERSION_H_
