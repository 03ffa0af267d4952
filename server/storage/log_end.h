// SPDX-License-Identifier: Apache-2.0

// What is recorded beside a database: how far its log and its manifest reach, whether all of the
// log was synced, and whether it is a copy.

#ifndef CACHE_INVALIDATION_SERVER_STORAGE_LOG_END_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_LOG_END_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/mutex.h"
#include "rocksdb/env.h"

namespace cache_invalidation::storage {

// What a database's log contains, as far as it was noted. Changes have RocksDB's sequence numbers,
// which are dense. The log is one or more files; an old file is deleted when every column family
// has written its changes to sorted files.
//
// A value type.
class NotedLog {
 public:
  struct File {
    uint64_t number = 0;  // increases from file to file
    uint64_t first = 0;   // the file contains the changes first .. last
    uint64_t last = 0;
    uint32_t families = 0;  // FamilyBit of each family with changes in the file

    bool operator==(const File&) const = default;
  };

  // The file in which RocksDB says which sorted files and which log files make up the database. It
  // grows; when it is too long, one with a higher number replaces it.
  struct Manifest {
    uint32_t number = 0;
    uint32_t bytes = 0;
    uint32_t checksum = 0;  // of these bytes

    bool operator==(const Manifest&) const = default;
  };

  // Families from 31 on share a bit; ours are the first three.
  static uint32_t FamilyBit(uint32_t family) { return 1u << (family < 31 ? family : 31); }

  // Knows only that the log holds the changes up to `begin`.
  explicit NotedLog(uint64_t begin = 0) : begin_(begin) {}

  // Notes that the log holds everything up to the change `last`, with the newest changes in `file`,
  // which now has changes of these families too. Returns what is known of the file.
  const File& Note(uint64_t file, uint64_t last, uint32_t families);

  // The files below that number are no longer needed.
  void Forget(uint64_t file);

  // Notes how far the manifest reaches.
  void Note(const Manifest& manifest) { manifest_ = manifest; }

  const std::vector<File>& files() const { return files_; }
  // Absent: not noted.
  const std::optional<Manifest>& manifest() const { return manifest_; }
  uint64_t last() const { return files_.empty() ? begin_ : files_.back().last; }

  // The binary form; Encode of the result of Note can be appended to it. Decode ignores everything
  // from the first truncated or corrupt record on. Absent if the first record is missing or
  // corrupt.
  std::string Encode() const;
  static std::string Encode(const File& file);
  static std::string Encode(const Manifest& manifest);
  static std::optional<NotedLog> Decode(absl::string_view bytes);

 private:
  uint64_t begin_;
  std::vector<File> files_;
  std::optional<Manifest> manifest_;
};

// A file beside a database that records how far its log reaches: a log that ends earlier, or lacks
// something before, has lost acknowledged writes. Without this file a truncated log is
// indistinguishable from a short one. The same holds for the manifest: without its end, a sorted
// file whose changes are in no log any more is not missed, nor is a column family.
//
// A note is written after the log and before the write is acknowledged. So if the log is synced,
// the file never claims more than the log has, whatever happens. After the end of the process the
// file is complete, since the operating system keeps what was written. After the end of the machine
// it can be behind the log by some thousand notes at most.
//
// Thread-compatible, except that NoteManifest is for any thread.
class LogEnd {
 public:
  // The file is in `directory`, the database in `directory`/rocksdb. `env` must outlive the object.
  LogEnd(rocksdb::Env& env, std::string directory);

  // Returns what the last process noted; absent if there is no such file. Fails with DATA_LOSS if
  // the file cannot be read.
  absl::StatusOr<std::optional<NotedLog>> Read() const;

  // Fails with DATA_LOSS if the manifest does not begin with what was noted of it.
  absl::Status CheckManifest(const NotedLog& noted) const;

  // Replaces the file: the log is known to hold everything up to `sequence`, and the manifest is as
  // it is now. Survives a power failure once it returns, as does every note that starts a new file
  // (one in about 4,096).
  absl::Status Begin(uint64_t sequence) ABSL_LOCKS_EXCLUDED(mutex_);

  // See NotedLog::Note. Fails if a call of NoteManifest has failed. REQUIRES: Begin was called.
  absl::Status Note(uint64_t file, uint64_t last, uint32_t families) ABSL_LOCKS_EXCLUDED(mutex_);

  // Notes how far the manifest reaches, before a log file is deleted because of what it says. Does
  // nothing before Begin.
  void NoteManifest() ABSL_LOCKS_EXCLUDED(mutex_);

  // The log files below that number are no longer needed.
  void Forget(uint64_t file) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::Status Append(const std::string& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status WriteAnew() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  rocksdb::Env& env_;
  const std::string directory_;
  const std::string path_;
  Mutex mutex_;
  NotedLog noted_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<rocksdb::WritableFile> file_ ABSL_GUARDED_BY(mutex_);
  size_t notes_ ABSL_GUARDED_BY(mutex_) = 0;  // notes in the file
  absl::Status manifest_noted_ ABSL_GUARDED_BY(mutex_);
};

// Marks of a database: empty files beside it, by these names.
//
// Its log has unsynced writes. Read before the log, because it decides how holes in the log are
// handled.
inline constexpr char kUnsyncedMark[] = "unsynced";
// The directory is a copy: the store may have gone on since, so its history must not be continued.
inline constexpr char kCopiedMark[] = "copied";

// One of these marks. Thread-compatible.
class MarkFile {
 public:
  // The file is in `directory`. `env` must outlive the object.
  MarkFile(rocksdb::Env& env, std::string directory, absl::string_view name);

  absl::StatusOr<bool> IsSet() const;

  // Survive a power failure once they return.
  absl::Status Set();
  absl::Status Clear();

 private:
  rocksdb::Env& env_;
  const std::string directory_;
  const std::string path_;
};

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_LOG_END_H_
