// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_BACKUP_BACKUP_DIRECTORY_H_
#define CACHE_INVALIDATION_CLIENT_BACKUP_BACKUP_DIRECTORY_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/backup/backup_call.h"
#include "client/backup/manifest.h"
#include "client/backup/synced_file.h"

namespace cache_invalidation::client {

// Writes a backup as it arrives: to DIR.partial, which becomes DIR once everything is there and has
// been checked. So DIR is whole if it exists. Without Finish, DIR.partial is deleted.
//
// Thread-compatible.
class BackupDirectory {
 public:
  // `path`: what the backup is called in the end. ALREADY_EXISTS: there is something of that name.
  // ABORTED: another process is writing a backup of that name. Deletes the DIR.partial of a process
  // that was killed.
  static absl::StatusOr<std::unique_ptr<BackupDirectory>> Create(const std::string& path);

  ~BackupDirectory();

  BackupDirectory(const BackupDirectory&) = delete;
  BackupDirectory& operator=(const BackupDirectory&) = delete;

  // DATA_LOSS: the chunk does not continue what was added, or the checksum of its file is wrong.
  // INVALID_ARGUMENT: its path leads elsewhere. Other errors are those of the file system.
  absl::Status Add(const BackupChunk& chunk);

  // Checks that everything was added, and makes the backup survive a power failure under its name.
  // DATA_LOSS: something is missing.
  absl::StatusOr<Manifest> Finish(const BackupSummary& summary);

 private:
  BackupDirectory(std::string path, std::string partial, int lock)
      : path_(std::move(path)), partial_(std::move(partial)), lock_(lock) {}

  absl::Status Open(const std::string& file_path);
  absl::Status CheckComplete(const BackupSummary& summary) const;

  const std::string path_;
  const std::string partial_;
  const int lock_;  // a descriptor of partial_, locked
  bool finished_ = false;
  Manifest manifest_;
  std::optional<SyncedFile> file_;  // that of the last element of the manifest, while it is written
  uint32_t crc32c_ = 0;             // of everything
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_BACKUP_BACKUP_DIRECTORY_H_
