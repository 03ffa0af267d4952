#ifndef CACHE_INVALIDATION_SERVER_STORAGE_UNSYNCED_MARK_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_UNSYNCED_MARK_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rocksdb/env.h"

namespace cache_invalidation::storage {

// A file beside a database that marks its log as having unsynced writes. It is read before the log,
// because it decides how holes in the log are handled.
//
// Thread-compatible.
class UnsyncedMark {
 public:
  // The file is in `directory`. `env` must outlive the object.
  UnsyncedMark(rocksdb::Env& env, std::string directory);

  absl::StatusOr<bool> IsSet() const;

  // Survive a power failure once they return.
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
