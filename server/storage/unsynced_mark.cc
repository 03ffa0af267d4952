#include "server/storage/unsynced_mark.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/storage/rocksdb_status.h"

namespace cache_invalidation::storage {
namespace {

absl::Status Converted(const rocksdb::Status& status, const std::string& path) {
  return FromRocksdb(status, absl::StrCat("cannot use the file ", path));
}

}  // namespace

UnsyncedMark::UnsyncedMark(rocksdb::Env& env, std::string directory)
    : env_(env), directory_(std::move(directory)), path_(directory_ + "/unsynced") {}

absl::StatusOr<bool> UnsyncedMark::IsSet() const {
  const rocksdb::Status status = env_.FileExists(path_);
  if (status.IsNotFound()) return false;
  if (!status.ok()) return Converted(status, path_);
  return true;
}

absl::Status UnsyncedMark::Set() {
  std::unique_ptr<rocksdb::WritableFile> file;
  rocksdb::Status status = env_.NewWritableFile(path_, &file, rocksdb::EnvOptions());
  if (status.ok()) status = file->Sync();
  if (status.ok()) status = file->Close();
  return status.ok() ? SyncDirectory() : Converted(status, path_);
}

absl::Status UnsyncedMark::Clear() {
  const rocksdb::Status status = env_.DeleteFile(path_);
  return status.ok() ? SyncDirectory() : Converted(status, path_);
}

absl::Status UnsyncedMark::SyncDirectory() {
  std::unique_ptr<rocksdb::Directory> directory;
  rocksdb::Status status = env_.NewDirectory(directory_, &directory);
  if (status.ok()) status = directory->Fsync();
  return Converted(status, directory_);
}

}  // namespace cache_invalidation::storage
