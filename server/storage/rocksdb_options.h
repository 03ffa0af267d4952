#ifndef CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_OPTIONS_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_OPTIONS_H_

#include <cstddef>
#include <string>

namespace rocksdb {
class Env;
}  // namespace rocksdb

namespace cache_invalidation::storage {

// How a RocksdbStore is to be.
struct RocksdbOptions {
  // Made if it is missing; its parent must exist.
  std::string directory;

  // What it may hold in memory, about: changes that are not yet in sorted files, and blocks of
  // those files with their indexes. More makes fewer, larger files and fewer rewrites of them. The
  // log that a start reads back is as large.
  size_t memory_bytes = 64 << 20;

  // What to do about a log whose end cannot be read.
  //
  // False: a record that was never finished is dropped, as nobody was told of it; anything else is
  // DATA_LOSS. For stores whose writes are synced.
  // True: everything from the first unreadable record on is dropped. For stores whose unsynced
  // writes may be lost, and for those who accept the loss. What is left is what stood at some
  // moment.
  bool accept_cut_log = false;

  // Where files are; null: the operating system. Tests break it. Must outlive the store.
  rocksdb::Env* env = nullptr;
};

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_OPTIONS_H_
