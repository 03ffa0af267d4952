// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_STORE_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_STORE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/storage/store.h"

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

  // Reads what is there, and changes nothing on the device. The directory and a store in it must
  // exist; Write must not be called. Fails with UNAVAILABLE while another process has the store
  // open. One that opens it afterwards is not prevented: what is read from then on is worthless
  // (store_lock.h).
  bool read_only = false;

  // The file system; null: the operating system's. For tests. Must outlive the store.
  rocksdb::Env* env = nullptr;

  // Called with what RocksDB itself reports about an error, by any thread. Must not block. Null: it
  // is dropped; every error is returned as well.
  std::function<void(absl::string_view message)> on_error = nullptr;
};

// A server value that the store sets itself when a copy is opened for the first time (see Copy):
// the history of the original must not be continued. Not empty; it stays until the caller has begun
// another history and writes an empty value.
inline constexpr char kCopiedName[] = "copied";

// A copy of the store is made in this subdirectory of its directory.
inline constexpr char kCopyDirectory[] = "backup";

class RocksdbDatabase;

// A Store in a directory, which outlives the process.
//
// A Write has reached the operating system when it returns, so it survives the end of the process.
// With Sync::kYes it has reached the device.
//
// Threads: see Store. One process at a time can have the directory open.
class RocksdbStore final : public Store {
 public:
  // Opens the store in `options.directory`, or creates an empty one there. Migrates a store that an
  // older version of the program wrote. Deletes what is left of a copy.
  //
  // Fails with UNAVAILABLE if the directory cannot be used (another process has it open, missing
  // permission, a full or failing device); with FAILED_PRECONDITION if a newer version of the
  // program wrote it or it is not a store of this program; with DATA_LOSS if what is stored cannot
  // be read.
  static absl::StatusOr<std::unique_ptr<RocksdbStore>> Open(const RocksdbOptions& options);

  // Closes the store. Acknowledged writes do not depend on it.
  ~RocksdbStore() override;

  absl::Status Write(absl::Span<const WriteBatch* const> batches, Sync sync) override;
  absl::StatusOr<std::vector<std::string>> ListNamespaces() const override;
  absl::Status ScanRows(absl::string_view namespace_name, wire::RowKind kind,
                        RowVisitor visit) const override;
  absl::StatusOr<RetainedRevisions> Retained(absl::string_view namespace_name) const override;
  absl::StatusOr<std::vector<std::shared_ptr<const wire::Chunk>>> ReadChunks(
      absl::string_view namespace_name, PartPosition from, size_t max_bytes) const override;
  absl::StatusOr<std::optional<std::string>> ReadServerValue(absl::string_view name) const override;

  // Makes a copy of the store as of one moment during the call, in the subdirectory kCopyDirectory,
  // and returns its path. The copy is a directory for Open, marked as a copy; its large files are
  // links to those of the store, so it keeps the space of files that the store deletes meanwhile.
  // The caller deletes it. Replaces an earlier one.
  //
  // One call at a time, on any thread, also during a Write, which does not wait for it.
  absl::StatusOr<std::string> Copy() const;

  // The end of the log was missing when the store was opened, or before: what kEndMissingName is
  // set for, also where it cannot be stored because the store is read only.
  bool lacks_end() const;

  // The version of the schema that the program writes, and of every open store.
  static uint32_t schema_version();

 private:
  explicit RocksdbStore(std::unique_ptr<RocksdbDatabase> database);

  absl::Status TryWrite(absl::Span<const WriteBatch* const> batches, Sync sync);

  const std::unique_ptr<RocksdbDatabase> database_;
  // The error of the first failed Write. Used only by the writing thread.
  absl::Status failure_;
};

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_STORE_H_
