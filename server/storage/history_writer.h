// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_STORAGE_HISTORY_WRITER_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_HISTORY_WRITER_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rocksdb/write_batch.h"
#include "server/storage/disk_format.h"
#include "server/storage/rocksdb_database.h"

namespace cache_invalidation::storage {

// Turns the chunks, trims and deletions of one Write into changes of the database. They depend on
// what is stored and on each other, so use one writer for all of one Write.
//
// Thread-compatible; REQUIRES: nothing else writes meanwhile.
class HistoryWriter {
 public:
  // Both must outlive the writer.
  HistoryWriter(const RocksdbDatabase& database, rocksdb::WriteBatch& changes)
      : database_(database), changes_(changes) {}

  // REQUIRES: see WriteBatch::chunks.
  absl::Status Append(const wire::Chunk& chunk);

  // REQUIRES: see WriteBatch::trims.
  absl::Status Trim(absl::string_view namespace_name, uint64_t floor);

  // Removes the history of the namespace.
  void Delete(absl::string_view namespace_name);

  // The last step: writes the resulting histories.
  void Finish();

 private:
  struct Edited {
    History history;
    std::vector<PartPosition> appended;  // first positions of the chunks of this Write
  };

  absl::StatusOr<Edited*> Edit(absl::string_view namespace_name);
  // Returns the first position of the chunk that contains `part`, which is kept.
  absl::StatusOr<PartPosition> ChunkThatHolds(absl::string_view namespace_name,
                                              const Edited& edited, PartPosition part) const;

  const RocksdbDatabase& database_;
  rocksdb::WriteBatch& changes_;
  std::map<std::string, Edited, std::less<>> edited_;
};

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_HISTORY_WRITER_H_
