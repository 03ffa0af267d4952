#ifndef CACHE_INVALIDATION_SERVER_PROCESS_MEMORY_WATCH_H_
#define CACHE_INVALIDATION_SERVER_PROCESS_MEMORY_WATCH_H_

#include <cstddef>

#include "absl/time/time.h"

namespace cache_invalidation::process {

// How much of its memory a process has taken.
enum class MemoryLevel {
  kNormal,
  kFull,      // from 80 %: nothing more may be kept
  kCritical,  // from 90 %: nothing more may be begun
  kOver,      // all: it must end before the kernel ends it
};

// Decides, from what is resident now and then, how full a process is, and when the allocator should
// give free pages back: when much came and nothing more comes, as after a flood; and when memory
// runs out. Thread-compatible.
class MemoryWatch {
 public:
  // `max_bytes`: what the process may take; 0: nobody says.
  explicit MemoryWatch(size_t max_bytes) : max_bytes_(max_bytes) {}

  // Takes in what is resident. Answers whether free pages should be given back.
  // REQUIRES: `now` never decreases.
  bool Observe(size_t resident_bytes, absl::Duration now);

  MemoryLevel level() const { return level_; }

 private:
  MemoryLevel LevelOf(size_t resident_bytes) const;

  const size_t max_bytes_;
  MemoryLevel level_ = MemoryLevel::kNormal;
  size_t least_ = ~size_t{0};  // since pages were given back
  size_t before_ = 0;
  absl::Duration grown_ = -absl::InfiniteDuration();
  absl::Duration trimmed_ = -absl::InfiniteDuration();
  bool just_trimmed_ = false;
};

}  // namespace cache_invalidation::process

#endif  // CACHE_INVALIDATION_SERVER_PROCESS_MEMORY_WATCH_H_
