// SPDX-License-Identifier: Apache-2.0

#include "server/storage/rocksdb_conversion.h"

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rocksdb/cache.h"
#include "rocksdb/env.h"
#include "rocksdb/table.h"
#include "rocksdb/write_buffer_manager.h"

namespace cache_invalidation::storage {
namespace {

// Longer messages are truncated.
constexpr size_t kMaxMessageBytes = 1024;

// RocksDB's own messages: errors only, for RocksdbOptions::on_error.
//
// Replaces RocksDB's log file, whose writer aborts the process in an assertion when the device is
// full, before the server can report it. Thread-safe.
class RocksdbLog final : public rocksdb::Logger {
 public:
  explicit RocksdbLog(std::function<void(absl::string_view)> on_error)
      : Logger(rocksdb::InfoLogLevel::ERROR_LEVEL), on_error_(std::move(on_error)) {}

  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    if (on_error_ == nullptr) return;
    char message[kMaxMessageBytes];
    (void)std::vsnprintf(message, sizeof(message), format, arguments);
    on_error_(message);
  }

 private:
  const std::function<void(absl::string_view)> on_error_;
};

// One flush and one compaction at a time: the processors are for invalidations.
constexpr int kBackgroundJobs = 2;

// Subscribers need the file descriptors; a store of some gigabytes has fewer files than this.
constexpr int kMaxOpenFiles = 256;

// Dirty pages are written in steps of this size, so that no sync has to wait for a large backlog.
constexpr uint64_t kBytesPerSync = 1 << 20;

// Rows are read only in long scans at startup. Larger blocks have smaller indexes and compress
// better. Chunks are read as a whole, whatever their size.
constexpr size_t kBlockBytes = 16 << 10;

rocksdb::DBOptions DatabaseOptions(const RocksdbOptions& options,
                                   const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::DBOptions database;
  if (options.env != nullptr) database.env = options.env;
  database.create_if_missing = true;
  database.create_missing_column_families = true;

  // Unsorted changes of all column families together take up to half of the memory and are charged
  // to the cache, so that both together stay within memory_bytes.
  database.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(options.memory_bytes / 2, cache);
  // A column family with few changes would keep old logs alive indefinitely. This bounds their disk
  // space and the time to replay them.
  database.max_total_wal_size = options.memory_bytes;

  // See RocksdbOptions::accept_cut_log. RocksDB's default truncates silently; tolerating a corrupt
  // tail ignores holes between two logs, which only unsynced writes can leave.
  database.wal_recovery_mode = options.accept_cut_log
                                   ? rocksdb::WALRecoveryMode::kPointInTimeRecovery
                                   : rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;

  // Fail-stop: RocksDB must not retry by itself; the first failure is final.
  database.max_bgerror_resume_count = 0;

  database.max_background_jobs = kBackgroundJobs;
  database.max_open_files = kMaxOpenFiles;
  database.bytes_per_sync = kBytesPerSync;
  database.wal_bytes_per_sync = kBytesPerSync;
  // There is only one writer.
  database.allow_concurrent_memtable_write = false;
  database.enable_write_thread_adaptive_yield = false;
  // Files are deleted in the background, so that a subscriber that catches up does not wait for it.
  database.avoid_unnecessary_blocking_io = true;
  // The statistics only improve the choice of compactions, and updating them reads every file at
  // startup.
  database.skip_stats_update_on_db_open = true;
  // Nothing is written merely because time passes.
  database.stats_dump_period_sec = 0;
  database.stats_persist_period_sec = 0;
  database.info_log = std::make_shared<RocksdbLog>(options.on_error);
  return database;
}

rocksdb::ColumnFamilyOptions FamilyOptions(const RocksdbOptions& options,
                                           const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  // Indexes count towards the memory as well.
  table.cache_index_and_filter_blocks = true;
  table.block_size = kBlockBytes;
  // No filters: nothing is looked up that might not exist.
  rocksdb::ColumnFamilyOptions family;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  family.write_buffer_size = options.memory_bytes / 4;
  // Names repeat a lot, and LZ4 costs less than writing them uncompressed.
  family.compression = rocksdb::kLZ4Compression;
  // Levels are sized from the bottom, so deleted and superseded rows add at most a tenth.
  family.level_compaction_dynamic_level_bytes = true;
  // Files are rewritten when that frees space, not because they are old.
  family.ttl = 0;
  return family;
}

// RocksDB has no code for this; these are its messages in the two cases.
bool IsLockedByOther(absl::string_view message) {
  return absl::StrContains(message, "/LOCK") &&
         (absl::StrContains(message, std::strerror(EAGAIN)) ||
          absl::StrContains(message, "lock hold by current process"));
}

}  // namespace

rocksdb::Options TunedOptions(const RocksdbOptions& options) {
  const std::shared_ptr<rocksdb::Cache> cache = rocksdb::NewLRUCache(options.memory_bytes);
  return {DatabaseOptions(options, cache), FamilyOptions(options, cache)};
}

rocksdb::ReadOptions ScanOptions() {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  return options;
}

absl::Status FromRocksdb(const rocksdb::Status& status, absl::string_view attempt) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = absl::StrCat(attempt, ": ", status.ToString());
  if (status.IsCorruption()) return absl::DataLossError(message);
  if (status.IsNoSpace()) {
    return absl::UnavailableError(absl::StrCat(message, ": the device is full"));
  }
  if (IsLockedByOther(message)) {
    return absl::UnavailableError(absl::StrCat(message, ": another process has it open"));
  }
  return absl::UnavailableError(message);
}

}  // namespace cache_invalidation::storage
