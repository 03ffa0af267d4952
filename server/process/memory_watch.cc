#include "server/process/memory_watch.h"

#include <algorithm>

namespace cache_invalidation::process {
namespace {

// Amount of memory from which freed pages are returned to the system, and how long there must have
// been no growth before.
constexpr size_t kTrimWorthBytes = 32 << 20;
constexpr absl::Duration kTrimAfterQuiet = absl::Seconds(2);

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

}  // namespace cache_invalidation::process
