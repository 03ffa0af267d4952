// SPDX-License-Identifier: Apache-2.0

#include "tests/benchmark/resources.h"

#include <malloc.h>
#include <sys/resource.h>

namespace cache_invalidation {
namespace {

double UsedBytes() {
  const struct mallinfo2 now = mallinfo2();
  // Large blocks are mapped, each alone.
  return static_cast<double>(now.uordblks + now.hblkhd);
}

}  // namespace

absl::Duration ThreadTime() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return absl::DurationFromTimeval(usage.ru_utime) + absl::DurationFromTimeval(usage.ru_stime);
}

double HeapBytes(const std::function<std::shared_ptr<void>()>& make) {
  const double before = UsedBytes();
  const std::shared_ptr<void> kept = make();
  return UsedBytes() - before;
}

}  // namespace cache_invalidation
