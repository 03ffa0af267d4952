#ifndef CACHE_INVALIDATION_COMMON_PARENT_PATH_H_
#define CACHE_INVALIDATION_COMMON_PARENT_PATH_H_

#include <string>

namespace cache_invalidation {

// Returns the path of the directory that `path` is an entry of: `a` for `a/b/`, `.` for `a`.
std::string ParentOf(std::string path);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_PARENT_PATH_H_
