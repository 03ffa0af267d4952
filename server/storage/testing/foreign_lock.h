// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_STORAGE_TESTING_FOREIGN_LOCK_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_TESTING_FOREIGN_LOCK_H_

#include <sys/types.h>

#include <string>

namespace cache_invalidation::storage {

// Another process that has the store of a directory locked, as if it had it open, from construction
// to destruction. It opens nothing: a fork of a process with threads may only call the kernel.
class ForeignLock {
 public:
  // REQUIRES: there is a store in the directory, and this process does not have it open.
  explicit ForeignLock(const std::string& directory);
  ~ForeignLock();

  ForeignLock(const ForeignLock&) = delete;
  ForeignLock& operator=(const ForeignLock&) = delete;

  pid_t owner() const { return owner_; }

 private:
  pid_t owner_;
};

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_TESTING_FOREIGN_LOCK_H_
