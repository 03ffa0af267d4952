#ifndef CACHE_INVALIDATION_SERVER_STORAGE_DIRECTORY_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_DIRECTORY_H_

#include <string>

#include "absl/status/status.h"

namespace cache_invalidation::storage {

// Creates the directory, accessible only to its owner and group, unless something of that name
// exists. The directory survives a power failure. Fails with UNAVAILABLE if it cannot be created or
// its parent does not exist.
absl::Status MakeDirectory(const std::string& path);

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_DIRECTORY_H_
