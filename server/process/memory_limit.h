#ifndef CACHE_INVALIDATION_SERVER_PROCESS_MEMORY_LIMIT_H_
#define CACHE_INVALIDATION_SERVER_PROCESS_MEMORY_LIMIT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace cache_invalidation::process {

// The memory that the control groups of this process allow it, as the kernel of a container
// enforces it: the least of its group and those above. Of both versions of cgroups. Nothing: there
// is no limit. `root` is where the system is found; tests have another than "".
absl::optional<uint64_t> CgroupMemoryLimit(const std::string& root = "");

}  // namespace cache_invalidation::process

#endif  // CACHE_INVALIDATION_SERVER_PROCESS_MEMORY_LIMIT_H_
