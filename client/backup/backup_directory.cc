// SPDX-License-Identifier: Apache-2.0

#include "client/backup/backup_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "client/json_text/json_text.h"
#include "common/files.h"
#include "common/stable_hash.h"

namespace cache_invalidation::client {
namespace {

namespace fs = std::filesystem;

absl::Status Damaged(absl::string_view path, absl::string_view what) {
  return absl::DataLossError(absl::StrCat(path, ": ", what));
}

// Makes an empty directory and returns a locked descriptor of it. The lock ends with the process.
absl::StatusOr<int> MakeAndLock(const std::string& path) {
  if (absl::Status status = MakeDirectory(path); !status.ok()) return status;
  const int lock = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (lock < 0) return FileError("cannot open", path);
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    close(lock);
    return absl::AbortedError(absl::StrCat("another process is writing a backup to ", path));
  }
  std::error_code error;
  for (const fs::directory_entry& rest : fs::directory_iterator(path, error)) {
    fs::remove_all(rest.path(), error);
  }
  if (!error) return lock;
  close(lock);
  return absl::UnknownError(absl::StrCat("cannot empty ", path, ": ", error.message()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<BackupDirectory>> BackupDirectory::Create(const std::string& path) {
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(path, ignored))) {
    return absl::AlreadyExistsError(
        absl::StrCat(path, " exists: name a directory that is yet to be made"));
  }
  std::string name = path;
  while (name.size() > 1 && name.back() == '/') name.pop_back();
  std::string partial = name + ".partial";
  const absl::StatusOr<int> lock = MakeAndLock(partial);
  if (!lock.ok()) return lock.status();
  return std::unique_ptr<BackupDirectory>(
      new BackupDirectory(std::move(name), std::move(partial), *lock));
}

BackupDirectory::~BackupDirectory() {
  std::error_code ignored;
  if (!finished_) fs::remove_all(partial_, ignored);
  close(lock_);
}

absl::Status BackupDirectory::Open(const std::string& file_path) {
  if (absl::Status status = CheckPath(file_path); !status.ok()) return status;
  const std::string path = absl::StrCat(partial_, "/", file_path);
  std::error_code error;
  fs::create_directories(ParentOf(path), error);
  absl::StatusOr<SyncedFile> file = SyncedFile::Create(path);
  if (absl::IsAlreadyExists(file.status())) return Damaged(file_path, "arrived twice");
  if (!file.ok()) return file.status();
  file_.emplace(*std::move(file));
  manifest_.files.push_back({.path = file_path});
  return absl::OkStatus();
}

absl::Status BackupDirectory::Add(const BackupChunk& chunk) {
  if (!file_.has_value()) {
    if (absl::Status status = Open(chunk.path); !status.ok()) return status;
  }
  Manifest::File& file = manifest_.files.back();
  if (chunk.path != file.path || chunk.offset != file.bytes) {
    return Damaged(file.path, absl::StrCat("expected the bytes from ", file.bytes, " on, got ",
                                           chunk.path, " from ", chunk.offset, " on"));
  }
  if (absl::Status status = file_->Append(chunk.data); !status.ok()) return status;
  file.bytes += chunk.data.size();
  file.crc32c = Crc32c(chunk.data, file.crc32c);
  crc32c_ = Crc32c(chunk.data, crc32c_);
  if (!chunk.last) return absl::OkStatus();
  if (chunk.crc32c != file.crc32c) return Damaged(file.path, "its checksum is wrong");
  absl::Status status = file_->Close();
  file_.reset();
  return status;
}

absl::Status BackupDirectory::CheckComplete(const BackupSummary& summary) const {
  if (file_.has_value()) return Damaged(manifest_.files.back().path, "its end is missing");
  if (manifest_.files.size() != summary.files || manifest_.bytes() != summary.bytes ||
      crc32c_ != summary.crc32c) {
    return absl::DataLossError(absl::StrCat("the backup is incomplete: expected ", summary.files,
                                            " files with ", summary.bytes, " bytes, got ",
                                            manifest_.files.size(), " with ", manifest_.bytes()));
  }
  return absl::OkStatus();
}

absl::StatusOr<Manifest> BackupDirectory::Finish(const BackupSummary& summary) {
  if (absl::Status status = CheckComplete(summary); !status.ok()) return status;
  manifest_.epoch = summary.epoch;
  manifest_.server_version = summary.server_version;
  manifest_.time = absl::FromUnixSeconds(absl::ToUnixSeconds(summary.time));
  // What cannot be restored is found now.
  const std::string json = ToJson(manifest_);
  if (absl::Status status = ParseManifest(json).status(); !status.ok()) return status;
  absl::Status status =
      WriteSynced(absl::StrCat(partial_, "/", kManifestName), absl::StrCat(IndentJson(json), "\n"));
  std::error_code error;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(partial_, error)) {
    if (status.ok() && entry.is_directory()) status = SyncDirectory(entry.path());
  }
  if (status.ok()) status = SyncDirectory(partial_);
  if (status.ok() && std::rename(partial_.c_str(), path_.c_str()) != 0) {
    status = FileError("cannot make", path_);
  }
  if (!status.ok()) return status;
  finished_ = true;
  status = SyncDirectory(ParentOf(path_));
  if (!status.ok()) return status;
  return manifest_;
}

}  // namespace cache_invalidation::client
