#ifndef CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_STORE_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_STORE_H_

#include <cstddef>
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

  // The file system; null: the operating system's. For tests. Must outlive the store.
  rocksdb::Env* env = nullptr;

  // Called with what RocksDB itself reports about an error, by any thread. Must not block. Null: it
  // is dropped; every error is returned as well.
  std::function<void(absl::string_view message)> on_error = nullptr;
};

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
  // older version of the program wrote.
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

 private:
  explicit RocksdbStore(std::unique_ptr<RocksdbDatabase> database);

  absl::Status TryWrite(absl::Span<const WriteBatch* const> batches, Sync sync);

  const std::unique_ptr<RocksdbDatabase> database_;
  // The error of the first failed Write. Used only by the writing thread.
  absl::Status failure_;
};

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_STORE_H_
