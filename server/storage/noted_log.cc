#include "server/storage/noted_log.h"

#include "server/storage/big_endian.h"

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

}  // namespace cache_invalidation::storage
