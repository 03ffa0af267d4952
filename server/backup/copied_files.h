// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_BACKUP_COPIED_FILES_H_
#define CACHE_INVALIDATION_SERVER_BACKUP_COPIED_FILES_H_

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace cache_invalidation::backup {

// What is sent of a file at a time: the memory that a backup takes.
inline constexpr size_t kPieceBytes = 1 << 20;

// The files below a directory, read once, in pieces, in the order of their names. Deletes the
// directory when it is destroyed.
//
// Thread-compatible.
class CopiedFiles {
 public:
  struct Piece {
    std::string path;  // relative to the directory
    uint64_t offset = 0;
    std::string bytes;    // at most kPieceBytes; empty only in an empty file
    bool last = false;    // the file ends here
    uint32_t crc32c = 0;  // of the file up to here
  };

  // What was read so far.
  struct Totals {
    uint64_t files = 0;
    uint64_t bytes = 0;
    uint32_t crc32c = 0;
  };

  // UNAVAILABLE: the directory cannot be read.
  static absl::StatusOr<std::unique_ptr<CopiedFiles>> In(const std::string& directory);

  ~CopiedFiles();

  CopiedFiles(const CopiedFiles&) = delete;
  CopiedFiles& operator=(const CopiedFiles&) = delete;

  // Absent after the last one. UNAVAILABLE: a file cannot be read; nothing more can be.
  absl::StatusOr<std::optional<Piece>> Next();

  const Totals& totals() const { return totals_; }

 private:
  explicit CopiedFiles(std::string directory) : directory_(std::move(directory)) {}

  const std::string directory_;
  std::vector<std::string> paths_;  // of all files, relative
  size_t next_ = 0;                 // in paths_: the file that is being read, or will be
  std::ifstream file_;              // open in the midst of a file
  uint64_t offset_ = 0;
  uint32_t crc32c_ = 0;
  Totals totals_;
};

}  // namespace cache_invalidation::backup

#endif  // CACHE_INVALIDATION_SERVER_BACKUP_COPIED_FILES_H_
