// SPDX-License-Identifier: Apache-2.0

#include "server/storage/testing/breakable_file_system.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/strip.h"
#include "common/check.h"

namespace cache_invalidation::storage {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

class BreakableFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  BreakableFile(BreakableFileSystem& system, std::string path, uint64_t size,
                std::unique_ptr<rocksdb::FSWritableFile> file)
      : FSWritableFileOwnerWrapper(std::move(file)),
        system_(system),
        path_(std::move(path)),
        size_(size) {}

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  IODebugContext* debug) override {
    const BreakableFileSystem::Permission allowed = system_.Ask(data.size());
    const size_t bytes = std::min(allowed.bytes, data.size());
    if (bytes > 0) {
      IOStatus status = FSWritableFileOwnerWrapper::Append({data.data(), bytes}, options, debug);
      if (!status.ok()) return status;
      size_ += bytes;
      system_.NoteWritten(path_, size_);
    }
    return allowed.status;
  }
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo&, IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Truncate(uint64_t size, const IOOptions& options, IODebugContext* debug) override {
    const BreakableFileSystem::Permission allowed = system_.Ask(0);
    return allowed.status.ok() ? FSWritableFileOwnerWrapper::Truncate(size, options, debug)
                               : allowed.status;
  }
  // Tests do not cut real power, so the device itself need not be synced.
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return NoteSync(); }
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return NoteSync(); }
  // A crash does not take reserved space away, and reserved zeros are no content.
  IOStatus Allocate(uint64_t, uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }
  void PrepareWrite(size_t, size_t, const IOOptions&, IODebugContext*) override {}

 private:
  IOStatus NoteSync() {
    IOStatus allowed = system_.AskToSync();
    if (allowed.ok()) system_.NoteSynced(path_);
    return allowed;
  }

  BreakableFileSystem& system_;
  const std::string path_;
  uint64_t size_;
};

class BreakableDirectory final : public rocksdb::FSDirectoryWrapper {
 public:
  BreakableDirectory(BreakableFileSystem& system, std::string path,
                     std::unique_ptr<rocksdb::FSDirectory> directory)
      : FSDirectoryWrapper(std::move(directory)), system_(system), path_(std::move(path)) {}

  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    IOStatus allowed = system_.AskToSync();
    if (allowed.ok()) system_.NoteDirectorySynced(path_);
    return allowed;
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions&) override {
    return Fsync(options, debug);
  }

 private:
  BreakableFileSystem& system_;
  const std::string path_;
};

BreakableFileSystem::BreakableFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

BreakableFileSystem::~BreakableFileSystem() = default;

void BreakableFileSystem::Set(Fault fault) {
  MutexLock lock(mutex_);
  fault_ = fault;
  changes_left_ = std::nullopt;
}

void BreakableFileSystem::DieAfter(size_t changes) {
  MutexLock lock(mutex_);
  changes_left_ = changes;
}

bool BreakableFileSystem::dead() const {
  MutexLock lock(mutex_);
  return fault_ == Fault::kDead;
}

size_t BreakableFileSystem::syncs() const {
  MutexLock lock(mutex_);
  return syncs_;
}

BreakableFileSystem::Permission BreakableFileSystem::Ask(size_t bytes) {
  MutexLock lock(mutex_);
  switch (fault_) {
    case Fault::kFull:
      return {IOStatus::NoSpace("the disk is full")};
    case Fault::kWritesFail:
      return {IOStatus::IOError("the device is broken")};
    case Fault::kDead:
      return {IOStatus::IOError("the process has ended")};
    case Fault::kNone:
    case Fault::kSyncsFail:
      break;
  }
  if (!changes_left_.has_value()) return {IOStatus::OK(), bytes};
  if (*changes_left_ > 0) {
    --*changes_left_;
    return {IOStatus::OK(), bytes};
  }
  fault_ = Fault::kDead;
  return {IOStatus::IOError("the process ends in the middle of this"), bytes / 2};
}

IOStatus BreakableFileSystem::AskToSync() {
  Permission allowed = Ask(0);
  MutexLock lock(mutex_);
  if (fault_ == Fault::kSyncsFail) return IOStatus::IOError("the device cannot sync");
  return allowed.status;
}

void BreakableFileSystem::NoteWritten(const std::string& path, uint64_t size) {
  MutexLock lock(mutex_);
  const auto file = files_.find(path);
  if (file != files_.end()) file->second.written = size;  // otherwise it has been deleted
}

void BreakableFileSystem::NoteSynced(const std::string& path) {
  MutexLock lock(mutex_);
  const auto file = files_.find(path);
  if (file != files_.end()) file->second.synced = file->second.written;
  ++syncs_;
}

void BreakableFileSystem::NoteDirectorySynced(const std::string& path) {
  MutexLock lock(mutex_);
  for (auto& [name, file] : files_) {
    if (name.substr(0, name.rfind('/')) == path) file.has_synced_entry = true;
  }
}

void BreakableFileSystem::LosePower(std::mt19937& random) {
  MutexLock lock(mutex_);
  for (auto it = files_.begin(); it != files_.end();) {
    File& file = it->second;
    if (!file.has_synced_entry) {
      Check(unlink(it->first.c_str()) == 0, "a file that was made can be taken away");
      it = files_.erase(it);
      continue;
    }
    file.written = file.synced + random() % (file.written - file.synced + 1);
    file.synced = file.written;
    Check(truncate(it->first.c_str(), static_cast<off_t>(file.written)) == 0,
          "a file that was written can be cut");
    ++it;
  }
}

IOStatus BreakableFileSystem::NewWritableFile(const std::string& path,
                                              const rocksdb::FileOptions& options,
                                              std::unique_ptr<rocksdb::FSWritableFile>* result,
                                              IODebugContext* debug) {
  Permission allowed = Ask(0);
  if (!allowed.status.ok()) return allowed.status;
  IOStatus status = FileSystemWrapper::NewWritableFile(path, options, result, debug);
  if (!status.ok()) return status;
  {
    MutexLock lock(mutex_);
    files_[path] = {};
  }
  *result = std::make_unique<BreakableFile>(*this, path, 0, std::move(*result));
  return status;
}

IOStatus BreakableFileSystem::ReopenWritableFile(const std::string&, const rocksdb::FileOptions&,
                                                 std::unique_ptr<rocksdb::FSWritableFile>*,
                                                 IODebugContext*) {
  return IOStatus::NotSupported("nobody continues a file here");
}

IOStatus BreakableFileSystem::NewDirectory(const std::string& path, const IOOptions& options,
                                           std::unique_ptr<rocksdb::FSDirectory>* result,
                                           IODebugContext* debug) {
  IOStatus status = FileSystemWrapper::NewDirectory(path, options, result, debug);
  if (!status.ok()) return status;
  *result = std::make_unique<BreakableDirectory>(*this, std::string(absl::StripSuffix(path, "/")),
                                                 std::move(*result));
  return status;
}

IOStatus BreakableFileSystem::DeleteFile(const std::string& path, const IOOptions& options,
                                         IODebugContext* debug) {
  Permission allowed = Ask(0);
  if (!allowed.status.ok()) return allowed.status;
  {
    MutexLock lock(mutex_);
    files_.erase(path);
  }
  return FileSystemWrapper::DeleteFile(path, options, debug);
}

IOStatus BreakableFileSystem::RenameFile(const std::string& from, const std::string& to,
                                         const IOOptions& options, IODebugContext* debug) {
  Permission allowed = Ask(0);
  if (!allowed.status.ok()) return allowed.status;
  IOStatus status = FileSystemWrapper::RenameFile(from, to, options, debug);
  if (!status.ok()) return status;
  MutexLock lock(mutex_);
  const auto known = files_.find(from);
  if (known != files_.end()) {
    files_[to] = known->second;
    files_[to].has_synced_entry = true;
    files_.erase(known);
  }
  return status;
}

}  // namespace cache_invalidation::storage
