#include "server/storage/log_end.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/storage/disk_format.h"
#include "server/storage/rocksdb_conversion.h"

namespace cache_invalidation::storage {
namespace {

// The file number of the first record, which says where the log begins.
constexpr uint64_t kNoFile = 0;

constexpr size_t kRecordBytes = 24;

// FNV-1a.
uint32_t Checksum(absl::string_view bytes) {
  uint32_t hash = 2166136261;
  for (const char byte : bytes) hash = (hash ^ static_cast<uint8_t>(byte)) * 16777619;
  return hash;
}

// Removes the next record from `bytes`; absent if there is none or it is corrupt.
std::optional<NotedLog::File> Consume(absl::string_view& bytes) {
  absl::string_view record = bytes.substr(0, kRecordBytes);
  const absl::string_view checked = record.substr(0, kRecordBytes - sizeof(uint32_t));
  NotedLog::File file;
  uint32_t checksum = 0;
  if (!ConsumeBigEndian(record, file.number) || !ConsumeBigEndian(record, file.last) ||
      !ConsumeBigEndian(record, file.families) || !ConsumeBigEndian(record, checksum) ||
      checksum != Checksum(checked)) {
    return std::nullopt;
  }
  bytes.remove_prefix(kRecordBytes);
  return file;
}

// This many notes take some hundred kilobytes, read at every start. The two syncs of a new file are
// negligible among the syncs of that many writes.
constexpr size_t kNotesPerLogEnd = 4096;

absl::Status Converted(const rocksdb::Status& status, const std::string& path) {
  return FromRocksdb(status, absl::StrCat("cannot use the file ", path));
}

// The entries of the directory survive a power failure once this returns.
absl::Status SyncDirectory(rocksdb::Env& env, const std::string& path) {
  std::unique_ptr<rocksdb::Directory> directory;
  rocksdb::Status status = env.NewDirectory(path, &directory);
  if (status.ok()) status = directory->Fsync();
  return Converted(status, path);
}

}  // namespace

const NotedLog::File& NotedLog::Note(uint64_t file, uint64_t last, uint32_t families) {
  if (files_.empty() || files_.back().number != file) {
    files_.push_back({.number = file, .first = this->last() + 1, .last = last});
  }
  files_.back().last = last;
  files_.back().families |= families;
  return files_.back();
}

void NotedLog::Forget(uint64_t file) {
  auto kept = files_.begin();
  for (; kept != files_.end() && kept->number < file; ++kept) begin_ = kept->last;
  files_.erase(files_.begin(), kept);
}

std::string NotedLog::Encode(const File& file) {
  std::string record;
  AppendBigEndian(file.number, record);
  AppendBigEndian(file.last, record);
  AppendBigEndian(file.families, record);
  AppendBigEndian(Checksum(record), record);
  return record;
}

std::string NotedLog::Encode() const {
  std::string bytes = Encode(File{.number = kNoFile, .last = begin_});
  for (const File& file : files_) bytes += Encode(file);
  return bytes;
}

std::optional<NotedLog> NotedLog::Decode(absl::string_view bytes) {
  const std::optional<File> begin = Consume(bytes);
  if (!begin || begin->number != kNoFile) return std::nullopt;
  NotedLog noted(begin->last);
  while (const std::optional<File> file = Consume(bytes)) {
    noted.Note(file->number, file->last, file->families);
  }
  return noted;
}

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
  return status.ok() ? SyncDirectory(env_, directory_) : Converted(status, path_);
}

MarkFile::MarkFile(rocksdb::Env& env, std::string directory, absl::string_view name)
    : env_(env), directory_(std::move(directory)), path_(absl::StrCat(directory_, "/", name)) {}

absl::StatusOr<bool> MarkFile::IsSet() const {
  const rocksdb::Status status = env_.FileExists(path_);
  if (status.IsNotFound()) return false;
  if (!status.ok()) return Converted(status, path_);
  return true;
}

absl::Status MarkFile::Set() {
  std::unique_ptr<rocksdb::WritableFile> file;
  rocksdb::Status status = env_.NewWritableFile(path_, &file, rocksdb::EnvOptions());
  if (status.ok()) status = file->Sync();
  if (status.ok()) status = file->Close();
  return status.ok() ? SyncDirectory(env_, directory_) : Converted(status, path_);
}

absl::Status MarkFile::Clear() {
  const rocksdb::Status status = env_.DeleteFile(path_);
  return status.ok() ? SyncDirectory(env_, directory_) : Converted(status, path_);
}

}  // namespace cache_invalidation::storage
