#include "server/storage/rocksdb_tuning.h"

#include <memory>

#include "rocksdb/cache.h"
#include "rocksdb/env.h"
#include "rocksdb/table.h"
#include "rocksdb/write_buffer_manager.h"
#include "server/storage/rocksdb_log.h"

namespace cache_invalidation::storage {
namespace {

// One flush and one compaction at a time: the machine is there for invalidations.
constexpr int kBackgroundJobs = 2;

// Subscribers need the file descriptors; the files of a store of some gigabytes are fewer.
constexpr int kMaxOpenFiles = 256;

// Dirty pages go to the device in steps of this size, so that no sync has to wait for a flood.
constexpr uint64_t kBytesPerSync = 1 << 20;

// Rows are read in long scans only, at a start. Larger blocks have smaller indexes and compress
// better.
constexpr size_t kRowBlockBytes = 16 << 10;

rocksdb::DBOptions DatabaseOptions(const RocksdbOptions& options,
                                   const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::DBOptions database;
  if (options.env != nullptr) database.env = options.env;
  database.create_if_missing = true;
  database.create_missing_column_families = true;

  // Memory: unsorted changes of all column families together take half of it, and are charged to
  // the cache, so that both together stay within the one number.
  database.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(options.memory_bytes / 2, cache);
  // A column family with few changes would keep old logs alive for as long as it likes: bounds the
  // disk they take, and how long a start reads them.
  database.max_total_wal_size = options.memory_bytes;

  // See RocksdbOptions::accept_cut_log. RocksDB's default cuts silently; the other passes over
  // holes between two logs, which only unsynced writes can leave.
  database.wal_recovery_mode = options.accept_cut_log
                                   ? rocksdb::WALRecoveryMode::kPointInTimeRecovery
                                   : rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;

  // Fail-stop: nothing is tried again behind our back, the first failure is the last.
  database.max_bgerror_resume_count = 0;

  database.max_background_jobs = kBackgroundJobs;
  database.max_open_files = kMaxOpenFiles;
  database.bytes_per_sync = kBytesPerSync;
  database.wal_bytes_per_sync = kBytesPerSync;
  // There is one writer: nobody to insert beside it.
  database.allow_concurrent_memtable_write = false;
  database.enable_write_thread_adaptive_yield = false;
  // Readers leave the deleting of files to the background: a subscriber that catches up does not
  // wait for it.
  database.avoid_unnecessary_blocking_io = true;
  // It only serves to choose compactions better, and reads every file at a start.
  database.skip_stats_update_on_db_open = true;
  // No surprises: nothing is written because time passes.
  database.stats_dump_period_sec = 0;
  database.stats_persist_period_sec = 0;
  database.info_log = std::make_shared<RocksdbLog>();
  return database;
}

rocksdb::ColumnFamilyOptions FamilyOptions(const RocksdbOptions& options,
                                           const std::shared_ptr<rocksdb::Cache>& cache,
                                           size_t block_bytes) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  // Indexes count as memory, too.
  table.cache_index_and_filter_blocks = true;
  table.block_size = block_bytes;
  // No filters: nothing is ever looked up that might not be there.
  rocksdb::ColumnFamilyOptions family;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  family.write_buffer_size = options.memory_bytes / 4;
  // Names repeat a lot, and LZ4 costs less than writing them out.
  family.compression = rocksdb::kLZ4Compression;
  // Levels grow from the bottom: deleted and superseded rows take at most a tenth on top.
  family.level_compaction_dynamic_level_bytes = true;
  // No surprises: files are rewritten when there is something to gain, not because they are old.
  family.ttl = 0;
  return family;
}

}  // namespace

RocksdbTuning MakeRocksdbTuning(const RocksdbOptions& options) {
  const std::shared_ptr<rocksdb::Cache> cache = rocksdb::NewLRUCache(options.memory_bytes);
  const rocksdb::ColumnFamilyOptions rows = FamilyOptions(options, cache, kRowBlockBytes);
  return {.database = DatabaseOptions(options, cache),
          .rows = rows,
          // A chunk of any size is read as a whole.
          .chunks = rows,
          .meta = rows};
}

}  // namespace cache_invalidation::storage
