#ifndef CACHE_INVALIDATION_SERVER_STORAGE_NOTED_LOG_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_NOTED_LOG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace cache_invalidation::storage {

// What a database's log contains, as far as it was noted. Changes have RocksDB's sequence numbers,
// which are dense. The log is one or more files; an old file is deleted when every column family
// has written its changes to sorted files.
//
// A value type.
class NotedLog {
 public:
  struct File {
    uint64_t number = 0;  // increases from file to file
    uint64_t first = 0;   // the file contains the changes first .. last
    uint64_t last = 0;
    uint32_t families = 0;  // FamilyBit of each family with changes in the file

    bool operator==(const File&) const = default;
  };

  // Families from 31 on share a bit; ours are the first three.
  static uint32_t FamilyBit(uint32_t family) { return 1u << (family < 31 ? family : 31); }

  // Knows only that the log holds the changes up to `begin`.
  explicit NotedLog(uint64_t begin = 0) : begin_(begin) {}

  // Notes that the log holds everything up to the change `last`, with the newest changes in `file`,
  // which now has changes of these families too. Returns what is known of the file.
  const File& Note(uint64_t file, uint64_t last, uint32_t families);

  // The files below that number are no longer needed.
  void Forget(uint64_t file);

  const std::vector<File>& files() const { return files_; }
  uint64_t last() const { return files_.empty() ? begin_ : files_.back().last; }

  // The binary form; Encode of the result of Note can be appended to it. Decode ignores everything
  // from the first truncated or corrupt record on. Absent if the first record is missing or
  // corrupt.
  std::string Encode() const;
  static std::string Encode(const File& file);
  static std::optional<NotedLog> Decode(absl::string_view bytes);

 private:
  uint64_t begin_;
  std::vector<File> files_;
};

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_NOTED_LOG_H_
