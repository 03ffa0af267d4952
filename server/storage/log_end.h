#ifndef CACHE_INVALIDATION_SERVER_STORAGE_LOG_END_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_LOG_END_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rocksdb/env.h"
#include "server/storage/noted_log.h"

namespace cache_invalidation::storage {

// A file beside a database that records how far its log reaches: a log that ends earlier, or lacks
// something before, has lost acknowledged writes. Without this file a truncated log is
// indistinguishable from a short one.
//
// A note is written after the log and before the write is acknowledged. So if the log is synced,
// the file never claims more than the log has, whatever happens. After the end of the process the
// file is complete, since the operating system keeps what was written. After the end of the machine
// it can be behind the log by some thousand notes at most.
//
// Thread-compatible.
class LogEnd {
 public:
  // The file is in `directory`. `env` must outlive the object.
  LogEnd(rocksdb::Env& env, std::string directory);

  // Returns what the last process noted; absent if there is no such file. Fails with DATA_LOSS if
  // the file cannot be read.
  absl::StatusOr<std::optional<NotedLog>> Read() const;

  // Replaces the file: the log is known to hold everything up to `sequence`. Survives a power
  // failure once it returns, as does every note that starts a new file (one in about 4,096).
  absl::Status Begin(uint64_t sequence);

  // See NotedLog::Note. REQUIRES: Begin was called.
  absl::Status Note(uint64_t file, uint64_t last, uint32_t families);

  // The log files below that number are no longer needed.
  void Forget(uint64_t file) { noted_.Forget(file); }

 private:
  absl::Status WriteAnew();

  rocksdb::Env& env_;
  const std::string directory_;
  const std::string path_;
  NotedLog noted_;
  std::unique_ptr<rocksdb::WritableFile> file_;
  size_t notes_ = 0;  // notes in the file
};

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_LOG_END_H_
