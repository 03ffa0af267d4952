// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_DATABASE_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_DATABASE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/iterator.h"
#include "rocksdb/write_batch.h"
#include "server/storage/disk_format.h"
#include "server/storage/log_check.h"
#include "server/storage/log_end.h"
#include "server/storage/rocksdb_conversion.h"
#include "server/storage/rocksdb_store.h"

namespace cache_invalidation::storage {

// The open database of a RocksdbStore and its layout. Independent of schema versions.
//
// Column family   contents, by key (disk_format.h)
//   rows          the rows of namespaces
//   chunks        the chunks of namespaces (disk_format.h)
//   default       "h" namespace: its History; "s": the schema version; "v" name: a value of the
//                 server; "e": the end of the log is noted
//
// Thread-safe, except for Write. Errors are those of store.h.
class RocksdbDatabase {
 public:
  // Fails as RocksdbStore::Open does.
  static absl::StatusOr<std::unique_ptr<RocksdbDatabase>> Open(const RocksdbOptions& options);

  // Closes the database.
  ~RocksdbDatabase();

  RocksdbDatabase(const RocksdbDatabase&) = delete;
  RocksdbDatabase& operator=(const RocksdbDatabase&) = delete;

  rocksdb::ColumnFamilyHandle* rows() const { return families_[kRows]; }
  rocksdb::ColumnFamilyHandle* chunks() const { return families_[kChunks]; }
  rocksdb::ColumnFamilyHandle* meta() const { return families_[kMeta]; }

  // True if the database holds nothing, not even a schema version; what Open itself stores (that
  // the end is missing, that it is a copy) does not count.
  absl::StatusOr<bool> IsEmpty() const;

  // The end of the log was missing at Open, or before: see kEndMissingName.
  bool lacks_end() const { return lacks_end_; }

  // See RocksdbStore::Copy. Any thread.
  absl::StatusOr<std::string> Copy() const;

  // From now on Write notes the end of the log (log_end.h). Forgets what an earlier process noted.
  absl::Status BeginToNoteEnd();

  // One thread at a time.
  absl::Status Write(rocksdb::WriteBatch& changes, bool sync);

  // Reads a value of the `meta` family. Absent if there is none.
  absl::StatusOr<std::optional<std::string>> ReadMeta(const rocksdb::ReadOptions& options,
                                                      absl::string_view key) const;
  // All 0 for a namespace without history.
  absl::StatusOr<History> ReadHistory(const rocksdb::ReadOptions& options,
                                      absl::string_view namespace_name) const;

  // Never null. Its bounds are in `options` and must outlive the iterator.
  std::unique_ptr<rocksdb::Iterator> NewIterator(const rocksdb::ReadOptions& options,
                                                 rocksdb::ColumnFamilyHandle* family) const;
  // Returns the iterator's error, OK if it ended without one.
  absl::Status StatusOf(const rocksdb::Iterator& iterator) const;

  // Everything read with its options is of one moment.
  class Snapshot {
   public:
    explicit Snapshot(const RocksdbDatabase& database);
    ~Snapshot();
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

    const rocksdb::ReadOptions& options() const { return options_; }

   private:
    rocksdb::DB& db_;
    rocksdb::ReadOptions options_;
  };

  const std::string& directory() const { return directory_; }

 private:
  // Indexes into families_.
  enum Family { kMeta, kRows, kChunks };

  RocksdbDatabase(rocksdb::Env& env, std::string directory, MarkFile mark,
                  std::unique_ptr<LogEnd> log_end, std::unique_ptr<LogCheck> check,
                  std::unique_ptr<rocksdb::DB> db,
                  std::vector<rocksdb::ColumnFamilyHandle*> families);

  // Compares the log that was read with what was noted, and stores the finding unless the database
  // is read only.
  absl::Status CheckEnd(const absl::StatusOr<std::optional<NotedLog>>& noted, bool unsynced,
                        const RocksdbOptions& options);
  // Stores that the database is a copy, so that the mark can go.
  absl::Status NoteCopied();
  absl::Status NoteEnd(const rocksdb::WriteBatch& changes);

  rocksdb::Env& env_;
  const std::string directory_;
  // Set before the first unsynced write.
  MarkFile mark_;
  bool marked_ = false;  // of the writing thread
  // The database's listener has a reference to it.
  const std::unique_ptr<LogEnd> log_end_;
  bool lacks_end_ = false;
  bool notes_end_ = false;
  uint64_t newest_log_file_ = 0;
  // The database has a pointer to it.
  const std::unique_ptr<LogCheck> check_;
  const std::unique_ptr<rocksdb::DB> db_;
  // The three families, then those that only another version uses.
  const std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

inline std::string HistoryKey(absl::string_view namespace_name) {
  return "h" + std::string(namespace_name);
}
inline std::string ServerValueKey(absl::string_view name) { return "v" + std::string(name); }

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_DATABASE_H_
