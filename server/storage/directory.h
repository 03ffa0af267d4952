#ifndef CACHE_INVALIDATION_SERVER_STORAGE_DIRECTORY_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_DIRECTORY_H_

#include <string>

#include "absl/status/status.h"

namespace cache_invalidation::storage {

// Makes the directory, for its owner and group alone, unless something of that name is there
// already. Survives a power failure. UNAVAILABLE: it cannot be made, or its parent does not exist.
absl::Status MakeDirectory(const std::string& path);

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_DIRECTORY_H_
