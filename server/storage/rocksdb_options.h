#ifndef CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_OPTIONS_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_OPTIONS_H_

#include <cstddef>
#include <string>

namespace rocksdb {
class Env;
}  // namespace rocksdb

namespace cache_invalidation::storage {

// Options of a RocksdbStore.
struct RocksdbOptions {
  // Created if missing; its parent must exist.
  std::string directory;

  // Approximate bound on memory: changes not yet in sorted files, and cached blocks of those files
  // with their indexes. More memory means fewer and larger files, fewer rewrites of them, and a log
  // of the same size that is replayed at startup.
  size_t memory_bytes = 64 << 20;

  // What to do with a log that cannot be read to its end although everything written to it was
  // synced. False: opening fails with DATA_LOSS. True: everything from the unreadable place on is
  // dropped; the rest is what the store held at some moment.
  //
  // In either case an unfinished last record is dropped, because its write was never acknowledged.
  // If writes were not synced, everything from the first hole on is dropped as well, because such
  // writes may be lost.
  bool accept_cut_log = false;

  // The file system; null: the operating system's. For tests. Must outlive the store.
  rocksdb::Env* env = nullptr;
};

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_OPTIONS_H_
