#include "server/process/descriptor_limit.h"

#include <sys/resource.h>

#include <algorithm>
#include <limits>

#include "common/limits.h"

namespace cache_invalidation::process {

int RaiseDescriptorLimit() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  return DescriptorLimit();
}

int DescriptorLimit() {
  rlimit limit = {};
  constexpr rlim_t kMost = std::numeric_limits<int>::max();
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<int>(std::min(limit.rlim_cur, kMost))
                                               : 0;
}

int FirstReservedDescriptor(int limit) { return limit - std::min(kReservedDescriptors, limit / 4); }

}  // namespace cache_invalidation::process
