// SPDX-License-Identifier: Apache-2.0

#include "client/backup/synced_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::client {
namespace {

// Keys and tags reveal facts about users.
constexpr mode_t kFileMode = 0600;
constexpr mode_t kDirectoryMode = 0700;

}  // namespace

absl::Status FileError(absl::string_view attempt, const std::string& path) {
  const int error = errno;
  const std::string message = absl::StrCat(attempt, " ", path, ": ", std::strerror(error));
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return absl::NotFoundError(message);
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(message);
    case EEXIST:
    case ENOTEMPTY:
      return absl::AlreadyExistsError(message);
    default:
      return absl::UnknownError(message);
  }
}

absl::StatusOr<SyncedFile> SyncedFile::Create(const std::string& path) {
  const int file =
      open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode);
  if (file < 0) return FileError("cannot create", path);
  return SyncedFile(path, file);
}

SyncedFile::~SyncedFile() {
  if (file_ >= 0) close(file_);
}

absl::Status SyncedFile::Append(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FileError("cannot write", path_);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status SyncedFile::Close() {
  const bool synced = fsync(file_) == 0;
  absl::Status status = synced ? absl::OkStatus() : FileError("cannot sync", path_);
  if (close(std::exchange(file_, -1)) != 0 && status.ok()) {
    status = FileError("cannot close", path_);
  }
  return status;
}

absl::Status WriteSynced(const std::string& path, absl::string_view bytes) {
  absl::StatusOr<SyncedFile> file = SyncedFile::Create(path);
  if (!file.ok()) return file.status();
  if (absl::Status status = file->Append(bytes); !status.ok()) return status;
  return file->Close();
}

absl::Status SyncDirectory(const std::string& path) {
  const int directory = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return FileError("cannot open", path);
  const bool synced = fsync(directory) == 0;
  absl::Status status = synced ? absl::OkStatus() : FileError("cannot sync", path);
  close(directory);
  return status;
}

absl::Status MakeDirectory(const std::string& path) {
  if (mkdir(path.c_str(), kDirectoryMode) == 0 || errno == EEXIST) return absl::OkStatus();
  return FileError("cannot make the directory", path);
}

}  // namespace cache_invalidation::client
