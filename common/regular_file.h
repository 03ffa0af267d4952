#ifndef CACHE_INVALIDATION_COMMON_REGULAR_FILE_H_
#define CACHE_INVALIDATION_COMMON_REGULAR_FILE_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace cache_invalidation {

// Returns the first `most` bytes of a file. Never blocks on a pipe or a device that the path names.
// INVALID_ARGUMENT: it is no regular file, or cannot be read; the message is the reason alone.
absl::StatusOr<std::string> ReadRegularFile(const std::string& path, size_t most);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_REGULAR_FILE_H_
