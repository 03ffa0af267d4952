// SPDX-License-Identifier: Apache-2.0

#include "server/storage/log_end.h"

#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/storage/disk_format.h"
#include "server/storage/rocksdb_conversion.h"

namespace cache_invalidation::storage {
namespace {

// The file number of a record that is not of a log file: the first says where the log begins, later
// ones how far the manifest reaches.
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

// Reads the manifest whose name is in the file CURRENT.
absl::StatusOr<std::string> ReadManifest(rocksdb::Env& env, const std::string& database,
                                         uint32_t& number) {
  std::string name;
  rocksdb::Status status = rocksdb::ReadFileToString(&env, database + "/CURRENT", &name);
  if (!status.ok()) return Converted(status, database + "/CURRENT");
  const absl::string_view digits = absl::StripPrefix(absl::StripSuffix(name, "\n"), "MANIFEST-");
  if (!absl::SimpleAtoi(digits, &number)) {
    return absl::DataLossError(absl::StrCat("the file ", database, "/CURRENT names no manifest"));
  }
  std::string bytes;
  const std::string path = absl::StrCat(database, "/MANIFEST-", digits);
  status = rocksdb::ReadFileToString(&env, path, &bytes);
  if (!status.ok()) return Converted(status, path);
  return bytes;
}

absl::StatusOr<NotedLog::Manifest> CurrentManifest(rocksdb::Env& env, const std::string& database) {
  NotedLog::Manifest manifest;
  const absl::StatusOr<std::string> bytes = ReadManifest(env, database, manifest.number);
  if (!bytes.ok()) return bytes.status();
  manifest.bytes = static_cast<uint32_t>(bytes->size());
  manifest.checksum = Checksum(*bytes);
  return manifest;
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

std::string NotedLog::Encode(const Manifest& manifest) {
  return Encode(File{.number = kNoFile,
                     .last = uint64_t{manifest.number} << 32 | manifest.bytes,
                     .families = manifest.checksum});
}

std::string NotedLog::Encode() const {
  std::string bytes = Encode(File{.number = kNoFile, .last = begin_});
  if (manifest_) bytes += Encode(*manifest_);
  for (const File& file : files_) bytes += Encode(file);
  return bytes;
}

std::optional<NotedLog> NotedLog::Decode(absl::string_view bytes) {
  const std::optional<File> begin = Consume(bytes);
  if (!begin || begin->number != kNoFile) return std::nullopt;
  NotedLog noted(begin->last);
  while (const std::optional<File> file = Consume(bytes)) {
    if (file->number != kNoFile) {
      noted.Note(file->number, file->last, file->families);
    } else {
      noted.Note(Manifest{.number = static_cast<uint32_t>(file->last >> 32),
                          .bytes = static_cast<uint32_t>(file->last),
                          .checksum = file->families});
    }
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

absl::Status LogEnd::CheckManifest(const NotedLog& noted) const {
  if (!noted.manifest()) return absl::OkStatus();
  const std::string database = directory_ + "/rocksdb";
  NotedLog::Manifest found;
  const absl::StatusOr<std::string> bytes = ReadManifest(env_, database, found.number);
  // RocksDB says better what is missing.
  if (!bytes.ok()) return absl::OkStatus();
  // A newer one, which repeats the older, was begun just before the end.
  if (found.number > noted.manifest()->number) return absl::OkStatus();
  const absl::string_view begin = absl::string_view(*bytes).substr(0, noted.manifest()->bytes);
  found.bytes = static_cast<uint32_t>(begin.size());
  found.checksum = Checksum(begin);
  if (found == *noted.manifest()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("the manifest of the store in ", directory_,
                                          " has lost its end: ", database,
                                          "/MANIFEST-* is not what it was"));
}

absl::Status LogEnd::Begin(uint64_t sequence) {
  const auto manifest = CurrentManifest(env_, directory_ + "/rocksdb");
  if (!manifest.ok()) return manifest.status();
  MutexLock lock(mutex_);
  noted_ = NotedLog(sequence);
  noted_.Note(*manifest);
  return WriteAnew();
}

absl::Status LogEnd::Note(uint64_t file, uint64_t last, uint32_t families) {
  MutexLock lock(mutex_);
  if (!manifest_noted_.ok()) return manifest_noted_;
  return Append(NotedLog::Encode(noted_.Note(file, last, families)));
}

void LogEnd::NoteManifest() {
  MutexLock lock(mutex_);
  if (file_ == nullptr || !manifest_noted_.ok()) return;
  const auto manifest = CurrentManifest(env_, directory_ + "/rocksdb");
  manifest_noted_ = manifest.status();
  if (!manifest.ok()) return;
  noted_.Note(*manifest);
  manifest_noted_ = Append(NotedLog::Encode(*manifest));
}

void LogEnd::Forget(uint64_t file) {
  MutexLock lock(mutex_);
  noted_.Forget(file);
}

absl::Status LogEnd::Append(const std::string& record) {
  if (notes_ >= kNotesPerLogEnd) return WriteAnew();
  ++notes_;
  return Converted(file_->Append(record), path_);
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
