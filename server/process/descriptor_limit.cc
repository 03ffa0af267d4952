#include "server/process/descriptor_limit.h"

#include <sys/resource.h>

#include <algorithm>
#include <limits>

namespace cache_invalidation::process {
namespace {

// File descriptors that connections cannot use, or a quarter of all if that is less. The store
// opens files while it works, and a server whose store cannot open one must stop.
constexpr int kReservedDescriptors = 128;

}  // namespace

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
