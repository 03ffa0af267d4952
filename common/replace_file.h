#ifndef CACHE_INVALIDATION_COMMON_REPLACE_FILE_H_
#define CACHE_INVALIDATION_COMMON_REPLACE_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation {

// Replaces a file by a new one with these permissions, by way of `path`.unfinished: readers, and a
// crash, see the old content or the new one. UNAVAILABLE: it cannot be written, and why.
absl::Status ReplaceFile(const std::string& path, absl::string_view text, unsigned permissions);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_REPLACE_FILE_H_
