// SPDX-License-Identifier: Apache-2.0

#include "client/backup/restore.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/backup/synced_file.h"
#include "common/files.h"
#include "common/stable_hash.h"

namespace cache_invalidation::client {
namespace {

namespace fs = std::filesystem;

constexpr size_t kBufferBytes = 1 << 20;

// In the root directory of some file systems.
constexpr char kLostAndFound[] = "lost+found";

// Creates the directory if it does not exist.
absl::Status CheckEmpty(const std::string& data_dir) {
  if (absl::Status status = MakeDirectory(data_dir); !status.ok()) return status;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(data_dir, error)) {
    if (entry.path().filename() == kLostAndFound) continue;
    return absl::AlreadyExistsError(
        absl::StrCat(data_dir, " is not empty: a backup is restored to a new or empty directory"));
  }
  if (!error) return absl::OkStatus();
  return absl::UnknownError(absl::StrCat("cannot read ", data_dir, ": ", error.message()));
}

absl::Status CopyChecked(const Manifest::File& file, const std::string& from,
                         const std::string& to) {
  std::error_code error;
  const fs::file_status there = fs::symlink_status(from, error);
  if (!fs::exists(there)) return absl::DataLossError(absl::StrCat(from, ": the file is missing"));
  // A pipe or a device would have no end.
  if (!fs::is_regular_file(there)) {
    return absl::DataLossError(absl::StrCat(from, ": not a regular file"));
  }
  std::ifstream source(from, std::ios::binary);
  if (!source) return absl::DataLossError(absl::StrCat(from, ": the file cannot be read"));
  absl::StatusOr<SyncedFile> copy = SyncedFile::Create(to);
  if (!copy.ok()) return copy.status();
  std::string buffer(kBufferBytes, '\0');
  uint64_t bytes = 0;
  uint32_t crc32c = 0;
  while (source && bytes <= file.bytes) {
    source.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    const absl::string_view read(buffer.data(), static_cast<size_t>(source.gcount()));
    if (absl::Status status = copy->Append(read); !status.ok()) return status;
    bytes += read.size();
    crc32c = Crc32c(read, crc32c);
  }
  if (bytes != file.bytes || crc32c != file.crc32c) {
    return absl::DataLossError(absl::StrCat(from, ": expected ", file.bytes,
                                            " bytes with the checksum of the manifest, got ", bytes,
                                            crc32c == file.crc32c ? "" : " with another one"));
  }
  return copy->Close();
}

// See kLogEndPath: as late as the step is, a killed copy is refused until the last one.
int StepOf(const Manifest::File& file) {
  if (file.path == kLogEndPath) return 0;
  if (file.path == kCopiedPath) return 1;
  return file.path == kCurrentPath ? 3 : 2;
}

// Adds to `written` the paths of the files that it has made.
absl::Status CopyAll(const Manifest& manifest, const std::string& backup,
                     const std::string& data_dir, std::vector<std::string>& written) {
  std::vector<Manifest::File> files = manifest.files;
  std::stable_sort(files.begin(), files.end(),
                   [](const auto& a, const auto& b) { return StepOf(a) < StepOf(b); });
  std::set<std::string> directories = {data_dir};
  const auto sync_all = [&directories] {
    absl::Status status;
    for (const std::string& directory : directories) {
      if (status.ok()) status = SyncDirectory(directory);
    }
    return status;
  };
  for (size_t i = 0; i < files.size(); ++i) {
    // The names of a step reach the device before those of the next.
    if (i > 0 && StepOf(files[i]) != StepOf(files[i - 1])) {
      if (absl::Status status = sync_all(); !status.ok()) return status;
    }
    const std::string to = absl::StrCat(data_dir, "/", files[i].path);
    for (std::string above = ParentOf(to); directories.insert(above).second;) {
      above = ParentOf(above);
    }
    std::error_code error;
    fs::create_directories(ParentOf(to), error);
    absl::Status status = CopyChecked(files[i], absl::StrCat(backup, "/", files[i].path), to);
    if (!absl::IsAlreadyExists(status)) written.push_back(to);
    if (!status.ok()) return status;
  }
  return sync_all();
}

// Deletes the files, and the directories below `data_dir` that are empty then: nothing that another
// process has put there meanwhile.
void Delete(const std::vector<std::string>& written, const std::string& data_dir) {
  std::error_code ignored;
  for (const std::string& path : written) {
    fs::remove(path, ignored);
    for (std::string above = ParentOf(path); above != data_dir; above = ParentOf(above)) {
      fs::remove(above, ignored);
    }
  }
}

}  // namespace

absl::StatusOr<Manifest> Restore(const std::string& backup, const std::string& data_dir) {
  absl::StatusOr<Manifest> manifest = ReadManifest(backup);
  if (!manifest.ok()) return manifest.status();
  std::string to = data_dir;
  while (to.size() > 1 && to.back() == '/') to.pop_back();
  if (absl::Status status = CheckEmpty(to); !status.ok()) return status;
  std::vector<std::string> written;
  absl::Status status = CopyAll(*manifest, backup, to, written);
  if (status.ok()) status = SyncDirectory(ParentOf(to));
  if (status.ok()) return manifest;
  Delete(written, to);
  return status;
}

}  // namespace cache_invalidation::client
