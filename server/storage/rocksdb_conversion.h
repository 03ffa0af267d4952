#ifndef CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_CONVERSION_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rocksdb/options.h"
#include "rocksdb/status.h"
#include "server/storage/rocksdb_store.h"

namespace cache_invalidation::storage {

// RocksDB's options for a database of ours and for each of its column families. Each deviation from
// the defaults is explained in the .cc.
rocksdb::Options TunedOptions(const RocksdbOptions& options);

// Converts an error of RocksDB to the errors of store.h. `attempt` says what was tried and where:
// "cannot write to the store in /data". REQUIRES: not NotFound, which is no error.
absl::Status FromRocksdb(const rocksdb::Status& status, absl::string_view attempt);

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_CONVERSION_H_
