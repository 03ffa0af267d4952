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

// A file beside a database that says how far its log reaches: a log that ends earlier, or lacks
// something before, has lost what was answered. Without it a log whose end is missing looks like
// one that was never longer.
//
// It is written after the log and before anybody is told, so it never says too much of a log whose
// writes are synced, whatever happens. It says everything after the end of the process: the system
// keeps what was written. After the end of the machine it may be behind the log, by some thousand
// notes at most.
//
// Thread-compatible.
class LogEnd {
 public:
  // In that directory. `env` must outlive it.
  LogEnd(rocksdb::Env& env, std::string directory);

  // What the last process noted; absent if there is no such file. DATA_LOSS: it cannot be read.
  absl::StatusOr<std::optional<NotedLog>> Read() const;

  // Forgets all of that: the log is known to hold everything up to `sequence`. Survives a loss of
  // power when it returns, as the first of so many notes does.
  absl::Status Begin(uint64_t sequence);

  // See NotedLog. REQUIRES: it has begun.
  absl::Status Note(uint64_t file, uint64_t last, uint32_t families);

  // Nobody will need the files of the log below that number any more.
  void Forget(uint64_t file) { noted_.Forget(file); }

 private:
  absl::Status WriteAnew();

  rocksdb::Env& env_;
  const std::string directory_;
  const std::string path_;
  NotedLog noted_;
  std::unique_ptr<rocksdb::WritableFile> file_;
  size_t notes_ = 0;  // in the file
};

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_LOG_END_H_
