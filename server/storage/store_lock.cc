// SPDX-License-Identifier: Apache-2.0

#include "server/storage/store_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::storage {

// RocksDB holds a POSIX lock on the whole of this file.
absl::Status CheckNotOpenElsewhere(const std::string& directory) {
  const std::string path = directory + "/rocksdb/LOCK";
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) return absl::OkStatus();
  struct flock wanted = {};
  wanted.l_type = F_WRLCK;
  wanted.l_whence = SEEK_SET;
  const int error = file >= 0 && fcntl(file, F_GETLK, &wanted) == 0 ? 0 : errno;
  if (file >= 0) close(file);
  if (error != 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot read the lock ", path, ": ", std::strerror(error)));
  }
  if (wanted.l_type == F_UNLCK) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("the store in ", directory, " is in use: the process ",
                                             wanted.l_pid, " has it open"));
}

}  // namespace cache_invalidation::storage
