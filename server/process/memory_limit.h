#ifndef CACHE_INVALIDATION_SERVER_PROCESS_MEMORY_LIMIT_H_
#define CACHE_INVALIDATION_SERVER_PROCESS_MEMORY_LIMIT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace cache_invalidation::process {

// The memory limit that the control groups of this process enforce, as in a container: the least of
// its group and those above it, for both versions of cgroups. Absent: no limit. `root`: the root of
// the file system; other than "" in tests.
std::optional<uint64_t> CgroupMemoryLimit(const std::string& root = "");

// From now on, if the system has no more memory, the process ends with EXIT_FAILURE and one line on
// standard error instead of a silent abort. This covers our own code and C libraries that abort
// then, such as gRPC's core. Any other abort is unchanged. Call it once.
void EndWithAWordWhenOutOfMemory();

}  // namespace cache_invalidation::process

#endif  // CACHE_INVALIDATION_SERVER_PROCESS_MEMORY_LIMIT_H_
