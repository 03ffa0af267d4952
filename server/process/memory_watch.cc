// SPDX-License-Identifier: Apache-2.0

#include "server/process/memory_watch.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <utility>

namespace cache_invalidation::process {
namespace {

// Amount of memory from which freed pages are returned to the system, and how long there must have
// been no growth before.
constexpr size_t kTrimWorthBytes = 32 << 20;
constexpr absl::Duration kTrimAfterQuiet = absl::Seconds(2);

// Blocks up to this size are not mapped for themselves: the most that glibc permits.
constexpr int kLargestKeptBlock = 32 << 20;
constexpr int kMostKeptBytes = 128 << 20;

// Smaller increases do not count as growth.
constexpr size_t kGrowthBytes = 1 << 20;

}  // namespace

bool MemoryWatch::Observe(size_t resident_bytes, absl::Duration now) {
  if (resident_bytes > before_ + kGrowthBytes) grown_ = now;
  before_ = resident_bytes;
  // What is resident after pages were returned is in use.
  least_ = just_trimmed_ ? resident_bytes : std::min(least_, resident_bytes);
  level_ = LevelOf(resident_bytes);
  const bool quiet = now - grown_ >= kTrimAfterQuiet;
  const bool idle = quiet && resident_bytes - least_ >= kTrimWorthBytes;
  const bool urgent = level_ != MemoryLevel::kNormal && now - trimmed_ >= kTrimAfterQuiet;
  just_trimmed_ = idle || urgent;
  if (just_trimmed_) trimmed_ = now;
  return just_trimmed_;
}

MemoryLevel MemoryWatch::LevelOf(size_t resident_bytes) const {
  if (max_bytes_ == 0) return MemoryLevel::kNormal;
  if (resident_bytes >= max_bytes_) return MemoryLevel::kOver;
  if (resident_bytes >= max_bytes_ / 10 * 9) return MemoryLevel::kCritical;
  if (resident_bytes >= max_bytes_ / 10 * 8) return MemoryLevel::kFull;
  return MemoryLevel::kNormal;
}

void KeepFreedPages() {
  mallopt(M_MMAP_THRESHOLD, kLargestKeptBlock);
  mallopt(M_TRIM_THRESHOLD, kMostKeptBytes);
}

size_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  size_t size = 0;
  size_t resident = 0;  // pages
  file >> size >> resident;
  return file ? resident * static_cast<size_t>(sysconf(_SC_PAGESIZE)) : 0;
}

MemoryThread::MemoryThread(size_t max_bytes, std::function<size_t()> resident_bytes, Clock& clock,
                           Tell tell)
    : resident_bytes_(std::move(resident_bytes)),
      clock_(clock),
      tell_(std::move(tell)),
      watch_(max_bytes),
      thread_(clock, kMemoryCheckInterval, [this] { Look(); }) {}

void MemoryThread::Look() {
  const size_t resident = resident_bytes_();
  const MemoryLevel before = watch_.level();
  const bool trim = watch_.Observe(resident, clock_.Monotonic());
  if (watch_.level() != before) tell_(watch_.level(), resident);
  if (trim) malloc_trim(0);
}

}  // namespace cache_invalidation::process
