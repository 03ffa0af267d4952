// SPDX-License-Identifier: Apache-2.0

// Files at paths that are given: what they hold, and where they are.

#ifndef CACHE_INVALIDATION_COMMON_FILES_H_
#define CACHE_INVALIDATION_COMMON_FILES_H_

#include <cstddef>
#include <istream>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation {

// Returns the first `most` bytes of a file. Never blocks on a pipe or a device that the path names.
// INVALID_ARGUMENT: it is no regular file, or cannot be read; the message is the reason alone.
absl::StatusOr<std::string> ReadRegularFile(const std::string& path, size_t most);

// Returns what is left of the stream, at most `most` bytes of it: a file that is named by mistake
// can have no end. Nothing if the stream is not open, or cannot be read, as a directory cannot.
// Does not throw.
std::optional<std::string> ReadAtMost(std::istream& stream, size_t most);

// Replaces a file by a new one with these permissions, by way of `path`.unfinished: readers, and a
// crash, see the old content or the new one. UNAVAILABLE: it cannot be written, and why.
absl::Status ReplaceFile(const std::string& path, absl::string_view text, unsigned permissions);

// Returns the path of the directory that `path` is an entry of: `a` for `a/b/`, `.` for `a`.
std::string ParentOf(std::string path);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_FILES_H_
