#ifndef CACHE_INVALIDATION_SERVER_STORAGE_NOTED_LOG_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_NOTED_LOG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace cache_invalidation::storage {

// What a database's log holds, as far as it was noted. Changes have RocksDB's sequence numbers,
// which are dense; the log is one or more files, of which the older ones go when every column
// family has written their changes elsewhere.
//
// A value.
class NotedLog {
 public:
  struct File {
    uint64_t number = 0;  // grows from file to file
    uint64_t first = 0;   // the changes first .. last are in it
    uint64_t last = 0;
    uint32_t families = 0;  // who has changes in it: FamilyBit of each

    bool operator==(const File&) const = default;
  };

  // Families beyond the last bit share it; ours have the first three.
  static uint32_t FamilyBit(uint32_t family) { return 1u << (family < 31 ? family : 31); }

  // Nothing but that it holds the changes up to `begin`, somewhere.
  explicit NotedLog(uint64_t begin = 0) : begin_(begin) {}

  // Everything up to the change `last` is there, the newest of it in that file, which now has
  // changes of these families, too. Answers what is known of the file.
  const File& Note(uint64_t file, uint64_t last, uint32_t families);

  // Nobody needs the files below that number any more.
  void Forget(uint64_t file);

  const std::vector<File>& files() const { return files_; }
  uint64_t last() const { return files_.empty() ? begin_ : files_.back().last; }

  // As bytes, to which Encode of what Note answers can be appended. Bytes that are cut off or
  // broken say what those before them said; absent if there is no such beginning.
  std::string Encode() const;
  static std::string Encode(const File& file);
  static std::optional<NotedLog> Decode(absl::string_view bytes);

 private:
  uint64_t begin_;
  std::vector<File> files_;
};

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_NOTED_LOG_H_
