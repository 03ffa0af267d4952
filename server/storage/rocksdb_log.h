#ifndef CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_LOG_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_LOG_H_

#include <cstdarg>

#include "rocksdb/env.h"

namespace cache_invalidation::storage {

// RocksDB's own messages: errors only, to where the server reports its own.
//
// Replaces RocksDB's log file, whose writer aborts the process in an assertion when the device is
// full, before the server can report it. Thread-safe.
class RocksdbLog final : public rocksdb::Logger {
 public:
  RocksdbLog() : Logger(rocksdb::InfoLogLevel::ERROR_LEVEL) {}

  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override;
};

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_LOG_H_
