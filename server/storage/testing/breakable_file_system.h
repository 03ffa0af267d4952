// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_STORAGE_TESTING_BREAKABLE_FILE_SYSTEM_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_TESTING_BREAKABLE_FILE_SYSTEM_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "absl/base/thread_annotations.h"
#include "common/mutex.h"
#include "rocksdb/file_system.h"

namespace cache_invalidation::storage {

// The operating system's file system for RocksDB, with faults that tests can inject. It tracks what
// has been synced, so that it can discard what a power failure would.
//
// Strict about what survives: the synced prefix of a file, and that only if its directory has been
// synced since the file was created. Deletions and renames survive at once.
//
// Thread-safe.
class BreakableFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  enum class Fault {
    kNone,
    kFull,        // nothing more can be written
    kWritesFail,  // as kFull, with the error of a broken device
    kSyncsFail,   // writes succeed, but syncing a file fails
    kDead,        // the process has ended: nothing has any effect
  };

  BreakableFileSystem();
  ~BreakableFileSystem() override;

  void Set(Fault fault) ABSL_LOCKS_EXCLUDED(mutex_);

  // Switches to kDead after this number of further changes. If the last of them is a write, only a
  // part of it is done.
  void DieAfter(size_t changes) ABSL_LOCKS_EXCLUDED(mutex_);
  bool dead() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Discards what was not synced, except for a prefix of random length of each file. REQUIRES: no
  // file is open.
  void LosePower(std::mt19937& random) ABSL_LOCKS_EXCLUDED(mutex_);

  size_t syncs() const ABSL_LOCKS_EXCLUDED(mutex_);

  const char* Name() const override { return "BreakableFileSystem"; }
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* result,
                                       rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* result,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;

 private:
  friend class BreakableFile;
  friend class BreakableDirectory;

  struct File {
    uint64_t written = 0;
    uint64_t synced = 0;
    bool has_synced_entry = false;
  };

  // Whether and how much of a change can be made. Ask counts the change.
  struct Permission {
    rocksdb::IOStatus status;
    size_t bytes = 0;
  };
  Permission Ask(size_t bytes) ABSL_LOCKS_EXCLUDED(mutex_);
  rocksdb::IOStatus AskToSync() ABSL_LOCKS_EXCLUDED(mutex_);

  void NoteWritten(const std::string& path, uint64_t size) ABSL_LOCKS_EXCLUDED(mutex_);
  void NoteSynced(const std::string& path) ABSL_LOCKS_EXCLUDED(mutex_);
  void NoteDirectorySynced(const std::string& path) ABSL_LOCKS_EXCLUDED(mutex_);

  mutable Mutex mutex_;
  Fault fault_ ABSL_GUARDED_BY(mutex_) = Fault::kNone;
  std::optional<size_t> changes_left_ ABSL_GUARDED_BY(mutex_);
  size_t syncs_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, File> files_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_TESTING_BREAKABLE_FILE_SYSTEM_H_
