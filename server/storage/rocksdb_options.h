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

  // What to do about a log that cannot be read to its end, although all that was written to it was
  // synced. False: DATA_LOSS. True: drop everything from there on; what is left is what the store
  // held at some moment.
  //
  // (A last record that was never finished is dropped in any case, as nobody was told of it; and so
  // is everything from the first hole on if writes were not synced, as they may be lost.)
  bool accept_cut_log = false;

  // Where files are; null: the operating system. Tests break it. Must outlive the store.
  rocksdb::Env* env = nullptr;
};

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_OPTIONS_H_
