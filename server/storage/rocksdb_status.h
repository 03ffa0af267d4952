#ifndef CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_STATUS_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_STATUS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rocksdb/status.h"

namespace cache_invalidation::storage {

// Converts an error of RocksDB to the errors of store.h. `attempt` says what was tried and where:
// "cannot write to the store in /data". REQUIRES: not NotFound, which is no error.
absl::Status FromRocksdb(const rocksdb::Status& status, absl::string_view attempt);

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_STATUS_H_
