#ifndef CACHE_INVALIDATION_SERVER_STORAGE_UNSYNCED_MARK_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_UNSYNCED_MARK_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rocksdb/env.h"

namespace cache_invalidation::storage {

// A file beside a database: its log holds writes that were not synced. It has to be known before
// the log is read, as it decides what to make of holes in it.
//
// Thread-compatible.
class UnsyncedMark {
 public:
  // In that directory. `env` must outlive it.
  UnsyncedMark(rocksdb::Env& env, std::string directory);

  absl::StatusOr<bool> IsSet() const;

  // Survive a loss of power when they return.
  absl::Status Set();
  absl::Status Clear();

 private:
  absl::Status SyncDirectory();

  rocksdb::Env& env_;
  const std::string directory_;
  const std::string path_;
};

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_UNSYNCED_MARK_H_
