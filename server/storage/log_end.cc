#include "server/storage/log_end.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/storage/rocksdb_status.h"

namespace cache_invalidation::storage {
namespace {

// This many notes take some hundred kilobytes, read at every start. The two syncs of a new file are
// negligible among the syncs of that many writes.
constexpr size_t kNotesPerLogEnd = 4096;

absl::Status Converted(const rocksdb::Status& status, const std::string& path) {
  return FromRocksdb(status, absl::StrCat("cannot use the file ", path));
}

}  // namespace

LogEnd::LogEnd(rocksdb::Env& env, std::string directory)
    : env_(env), directory_(std::move(directory)), path_(directory_ + "/log_end") {}

absl::StatusOr<std::optional<NotedLog>> LogEnd::Read() const {
  const rocksdb::Status exists = env_.FileExists(path_);
  if (exists.IsNotFound()) return std::nullopt;
  std::string bytes;
  const rocksdb::Status status =
      exists.ok() ? rocksdb::ReadFileToString(&env_, path_, &bytes) : exists;
  if (!status.ok()) return Converted(status, path_);
  std::optional<NotedLog> noted = NotedLog::Decode(bytes);
  if (!noted) {
    return absl::DataLossError(
        absl::StrCat("the file ", path_, ", which says where the log ends, cannot be read"));
  }
  return noted;
}

absl::Status LogEnd::Begin(uint64_t sequence) {
  noted_ = NotedLog(sequence);
  return WriteAnew();
}

absl::Status LogEnd::Note(uint64_t file, uint64_t last, uint32_t families) {
  const NotedLog::File& newest = noted_.Note(file, last, families);
  if (notes_ >= kNotesPerLogEnd) return WriteAnew();
  ++notes_;
  return Converted(file_->Append(NotedLog::Encode(newest)), path_);
}

// Writes a new file beside the old one and renames it, so that there is always a complete one.
absl::Status LogEnd::WriteAnew() {
  const std::string path = path_ + ".new";
  notes_ = 0;
  rocksdb::Status status = env_.NewWritableFile(path, &file_, rocksdb::EnvOptions());
  if (status.ok()) status = file_->Append(noted_.Encode());
  if (status.ok()) status = file_->Sync();
  if (status.ok()) status = env_.RenameFile(path, path_);
  if (!status.ok()) return Converted(status, path_);
  std::unique_ptr<rocksdb::Directory> directory;
  status = env_.NewDirectory(directory_, &directory);
  if (status.ok()) status = directory->Fsync();
  return Converted(status, directory_);
}

}  // namespace cache_invalidation::storage
