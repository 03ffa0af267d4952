#ifndef CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_STORE_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_STORE_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/storage/rocksdb_options.h"
#include "server/storage/store.h"

namespace cache_invalidation::storage {

class RocksdbDatabase;

// A Store in a directory, which outlives the process.
//
// A Write reaches the operating system before it answers, so that it survives the end of the
// process; with Sync::kYes it reaches the device.
//
// Threads: as Store says. One process at a time has the directory open.
class RocksdbStore final : public Store {
 public:
  // Opens the store in `options.directory`, or makes an empty one there; migrates one that an older
  // version of the program wrote.
  //
  // UNAVAILABLE: the directory cannot be used (another process has it open, missing permission, a
  // full or failing device). FAILED_PRECONDITION: a newer version of the program wrote it, or it is
  // no store of this program. DATA_LOSS: what is stored cannot be read.
  static absl::StatusOr<std::unique_ptr<RocksdbStore>> Open(const RocksdbOptions& options);

  // Closes. Nothing that a Write answered depends on it.
  ~RocksdbStore() override;

  absl::Status Write(absl::Span<const WriteBatch* const> batches, Sync sync) override;
  absl::StatusOr<std::vector<std::string>> ListNamespaces() const override;
  absl::Status ScanRows(absl::string_view namespace_name, wire::RowKind kind,
                        RowVisitor visit) const override;
  absl::StatusOr<RetainedRevisions> Retained(absl::string_view namespace_name) const override;
  absl::StatusOr<std::vector<std::shared_ptr<const wire::Chunk>>> ReadChunks(
      absl::string_view namespace_name, EntryPosition from, size_t max_bytes) const override;
  absl::StatusOr<std::optional<std::string>> ReadServerValue(absl::string_view name) const override;

 private:
  explicit RocksdbStore(std::unique_ptr<RocksdbDatabase> database);

  absl::Status TryWrite(absl::Span<const WriteBatch* const> batches, Sync sync);

  const std::unique_ptr<RocksdbDatabase> database_;
  // Of the first Write that failed; for whoever writes.
  absl::Status failure_;
};

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_ROCKSDB_STORE_H_
