#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_REPLACE_FILE_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_REPLACE_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation::connect {

// Replaces a file, which only this user can read: after a crash it has the old content or the new
// one. UNAVAILABLE: it cannot be written, and why.
absl::Status ReplaceFile(const std::string& path, absl::string_view text);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_REPLACE_FILE_H_
