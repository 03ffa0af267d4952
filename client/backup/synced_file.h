// SPDX-License-Identifier: Apache-2.0

// Files and directories that survive a power failure.

#ifndef CACHE_INVALIDATION_CLIENT_BACKUP_SYNCED_FILE_H_
#define CACHE_INVALIDATION_CLIENT_BACKUP_SYNCED_FILE_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation::client {

// Returns the error of the last system call, errno, with the file it was about: NOT_FOUND,
// PERMISSION_DENIED, ALREADY_EXISTS, or UNKNOWN.
absl::Status FileError(absl::string_view attempt, const std::string& path);

// A new file. Its contents survive a power failure once Close returns OK, its name once
// SyncDirectory of its directory does.
//
// Thread-compatible.
class SyncedFile {
 public:
  // ALREADY_EXISTS: there is something of that name.
  static absl::StatusOr<SyncedFile> Create(const std::string& path);

  ~SyncedFile();
  SyncedFile(SyncedFile&& other) noexcept
      : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)) {}
  SyncedFile& operator=(SyncedFile&&) = delete;

  absl::Status Append(absl::string_view bytes);
  // Nothing can be appended afterwards.
  absl::Status Close();

 private:
  SyncedFile(std::string path, int file) : path_(std::move(path)), file_(file) {}

  std::string path_;
  int file_;  // -1: none
};

// The whole of a small new file.
absl::Status WriteSynced(const std::string& path, absl::string_view bytes);

// The names in the directory survive a power failure once it returns OK.
absl::Status SyncDirectory(const std::string& path);

// Creates the directory, for its owner and group, unless it exists.
absl::Status MakeDirectory(const std::string& path);

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_BACKUP_SYNCED_FILE_H_
