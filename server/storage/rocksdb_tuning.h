#ifndef CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_TUNING_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_TUNING_H_

#include "rocksdb/options.h"
#include "server/storage/rocksdb_options.h"

namespace cache_invalidation::storage {

// RocksDB's options for this store. Each deviation from the defaults is explained in the .cc.
struct RocksdbTuning {
  rocksdb::DBOptions database;
  // Per column family: rows, chunks, and the few small values beside them.
  rocksdb::ColumnFamilyOptions rows;
  rocksdb::ColumnFamilyOptions chunks;
  rocksdb::ColumnFamilyOptions meta;
};

RocksdbTuning MakeRocksdbTuning(const RocksdbOptions& options);

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_TUNING_H_
