#ifndef CACHE_INVALIDATION_SERVER_STORAGE_BREAKABLE_FILE_SYSTEM_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_BREAKABLE_FILE_SYSTEM_H_

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

// The operating system's files as a RocksDB sees them, on a machine that tests can break. It knows
// what has been synced, so that it can take away what a loss of power would.
//
// Strict about what survives: of a file its synced beginning, and that only once its directory has
// been synced; deleting and renaming survive at once.
//
// Thread-safe.
class BreakableFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  enum class Fault {
    kNone,
    kFull,        // nothing more can be written
    kWritesFail,  // the same, with the error of a broken device
    kSyncsFail,   // what is written is there, but a sync of a file fails
    kDead,        // the process has ended: nothing has any effect
  };

  BreakableFileSystem();
  ~BreakableFileSystem() override;

  void Set(Fault fault) ABSL_LOCKS_EXCLUDED(mutex_);

  // kDead comes after so many more changes; of the last one that writes, only a part is done.
  void DieAfter(size_t changes) ABSL_LOCKS_EXCLUDED(mutex_);
  bool dead() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Takes away what was not synced, except for a beginning of random length of each file. REQUIRES:
  // nothing is open.
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

  // Whether a change can be made, and how much of it; counts it.
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

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_BREAKABLE_FILE_SYSTEM_H_
