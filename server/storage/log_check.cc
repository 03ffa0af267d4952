// SPDX-License-Identifier: Apache-2.0

#include "server/storage/log_check.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

namespace cache_invalidation::storage {
namespace {

// The sequence number of the batch's first change. RocksDB's format of batches in a log begins with
// it: eight bytes, least significant first.
uint64_t FirstChange(const rocksdb::WriteBatch& batch) {
  uint64_t first = 0;
  for (size_t i = sizeof(first); i > 0; --i) {
    first = first << 8 | static_cast<uint8_t>(batch.Data()[i - 1]);
  }
  return first;
}

// Whether a family has changes in the file that it has nowhere else. `oldest_files`: for each
// family, the oldest log file that it needs.
bool IsNeeded(const NotedLog::File& file, const std::map<uint32_t, uint64_t>& oldest_files) {
  for (const auto& [family, oldest] : oldest_files) {
    if ((file.families & NotedLog::FamilyBit(family)) != 0 && file.number >= oldest) return true;
  }
  return false;
}

}  // namespace

LogCheck::LogCheck(NotedLog noted) : noted_(std::move(noted)) {}

bool LogCheck::end_is_missing() const {
  if (!read_) return !noted_.files().empty();
  return next_ && *next_ <= noted_.last();
}

bool LogCheck::is_torn() const {
  if (!next_ || !end_is_missing()) return false;
  for (const NotedLog::File& file : noted_.files()) {
    if (file.last >= *next_) return newest_needed_ > file.number;
  }
  return false;
}

// Files are deleted oldest first, so all files after a needed one must be there.
void LogCheck::ColumnFamilyLogNumberMap(const std::map<uint32_t, uint64_t>& oldest_files,
                                        const std::map<std::string, uint32_t>&) {
  read_ = true;
  for (const auto& [family, oldest] : oldest_files) {
    newest_needed_ = std::max(newest_needed_, oldest);
  }
  for (const NotedLog::File& file : noted_.files()) {
    if (!IsNeeded(file, oldest_files)) continue;
    next_ = file.first;
    return;
  }
}

rocksdb::WalFilter::WalProcessingOption LogCheck::LogRecordFound(unsigned long long,
                                                                 const std::string&,
                                                                 const rocksdb::WriteBatch& batch,
                                                                 rocksdb::WriteBatch*, bool*) {
  if (!next_) return WalProcessingOption::kContinueProcessing;
  const uint64_t first = FirstChange(batch);
  if (first > *next_) {
    has_hole_ = true;
    return WalProcessingOption::kCorruptedRecord;
  }
  const uint64_t behind = first + batch.Count();
  if (behind > *next_) next_ = behind;
  return WalProcessingOption::kContinueProcessing;
}

}  // namespace cache_invalidation::storage
