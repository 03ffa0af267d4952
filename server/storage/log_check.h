// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_STORAGE_LOG_CHECK_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_LOG_CHECK_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "rocksdb/wal_filter.h"
#include "rocksdb/write_batch.h"
#include "server/storage/log_end.h"

namespace cache_invalidation::storage {

// Observes RocksDB replaying its log and compares it with what was noted (log_end.h): every
// change that a column family does not have in a sorted file must be in the log. RocksDB itself
// does not notice a log that ends early or lacks a file.
//
// A hole in the log is reported as a corruption as soon as it is found; RocksDB then handles it as
// any other (see RocksdbOptions::accept_cut_log). A missing end is known only once RocksDB has read
// the whole log.
//
// Thread-compatible.
class LogCheck final : public rocksdb::WalFilter {
 public:
  explicit LogCheck(NotedLog noted);

  bool has_hole() const { return has_hole_; }
  // REQUIRES: the database is open.
  bool end_is_missing() const;
  // Some column families have changes that come after the missing ones: the content is not the
  // store's content at any single moment.
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
  uint64_t newest_needed_ = 0;    // the newest of the families' oldest needed files
  std::optional<uint64_t> next_;  // the next expected change; absent: none was noted
};

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_LOG_CHECK_H_
