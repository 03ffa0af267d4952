// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_STORAGE_STORE_LOCK_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_STORE_LOCK_H_

#include <string>

#include "absl/status/status.h"

namespace cache_invalidation::storage {

// Fails with UNAVAILABLE if another process has the store in `directory` open for writing, or if
// that cannot be found out. OK if there is no store. Changes nothing.
//
// Never call it in a process that has the store open itself: it would give up its lock, as the
// locks of POSIX do when any descriptor of the file is closed.
absl::Status CheckNotOpenElsewhere(const std::string& directory);

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_STORE_LOCK_H_
