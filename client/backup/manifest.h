// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_BACKUP_MANIFEST_H_
#define CACHE_INVALIDATION_CLIENT_BACKUP_MANIFEST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cache_invalidation::client {

// The name of the manifest in the directory of a backup. The rest of the directory is a data
// directory.
inline constexpr char kManifestName[] = "manifest.json";

// Files of every data directory that is a copy, in the order in which they must be written, with
// the others before the last: a server that finds the log's end noted creates no new store, one
// that finds the mark begins a new epoch, and without the last there is no store.
inline constexpr char kLogEndPath[] = "log_end";
inline constexpr char kCopiedPath[] = "copied";
inline constexpr char kCurrentPath[] = "rocksdb/CURRENT";

// What a backup consists of. A value type.
struct Manifest {
  struct File {
    std::string path = {};  // relative to the directory; see CheckPath
    uint64_t bytes = 0;
    uint32_t crc32c = 0;

    bool operator==(const File&) const = default;
  };

  // Of the server that was backed up.
  std::string epoch = {};
  std::string server_version = {};
  // When the copy was made, by the server's clock, in seconds.
  absl::Time time = {};
  std::vector<File> files = {};

  uint64_t bytes() const;

  bool operator==(const Manifest&) const = default;
};

// Refuses a path that is not one or more names of letters, digits, ".", "_" and "-", separated by
// "/": none leads out of the directory. INVALID_ARGUMENT quotes the path.
absl::Status CheckPath(absl::string_view path);

// As JSON, in one line.
std::string ToJson(const Manifest& manifest);

// Reads what ToJson returned, also indented. Fails with INVALID_ARGUMENT, which names the field, if
// the text is no manifest, has another format, a path that CheckPath refuses, a path twice, not as
// many files and bytes as it says, or lacks a file that every copy has.
absl::StatusOr<Manifest> ParseManifest(absl::string_view json);

// Reads and parses the manifest of a backup. NOT_FOUND: there is none.
absl::StatusOr<Manifest> ReadManifest(const std::string& backup);

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_BACKUP_MANIFEST_H_
