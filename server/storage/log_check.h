#ifndef CACHE_INVALIDATION_SERVER_STORAGE_LOG_CHECK_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_LOG_CHECK_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "rocksdb/wal_filter.h"
#include "rocksdb/write_batch.h"
#include "server/storage/noted_log.h"

namespace cache_invalidation::storage {

// Watches a RocksDB reading its log back, and compares it with what was noted: every change that a
// family has nowhere else must be there. RocksDB itself takes a log that ends early for one that
// never was longer, and a missing file of it for none.
//
// A hole in the log is reported as soon as it is seen, as a corruption: RocksDB then does with it
// what it does with any other (see RocksdbOptions::accept_cut_log). A missing end is known only
// when RocksDB has read everything.
//
// Thread-compatible.
class LogCheck final : public rocksdb::WalFilter {
 public:
  explicit LogCheck(NotedLog noted);

  bool has_hole() const { return has_hole_; }
  // REQUIRES: the database is open.
  bool end_is_missing() const;
  // Some families have changes that come after what is missing: what is left is not what the store
  // held at any moment.
  bool is_torn() const;

  const char* Name() const override { return "log end"; }
  void ColumnFamilyLogNumberMap(const std::map<uint32_t, uint64_t>& oldest_files,
                                const std::map<std::string, uint32_t>& names) override;
  WalProcessingOption LogRecordFound(unsigned long long file, const std::string& file_name,
                                     const rocksdb::WriteBatch& batch,
                                     rocksdb::WriteBatch* new_batch, bool* batch_changed) override;

 private:
  const NotedLog noted_;
  bool has_hole_ = false;
  bool read_ = false;             // there was a log to read
  uint64_t newest_needed_ = 0;    // of the families' oldest files
  std::optional<uint64_t> next_;  // the change that is to come; absent: none was noted
};

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_LOG_CHECK_H_
