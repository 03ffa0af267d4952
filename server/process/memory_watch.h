// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_PROCESS_MEMORY_WATCH_H_
#define CACHE_INVALIDATION_SERVER_PROCESS_MEMORY_WATCH_H_

#include <cstddef>
#include <functional>

#include "absl/time/time.h"
#include "common/clock.h"
#include "common/periodic_thread.h"

namespace cache_invalidation::process {

// Interval at which the server checks its memory; a flood can take about a gigabyte per second.
inline constexpr absl::Duration kMemoryCheckInterval = absl::Milliseconds(100);

// How much of its memory a process uses.
enum class MemoryLevel {
  kNormal,
  kFull,      // from 80 %: nothing more may be stored
  kCritical,  // from 90 %: nothing more may be started
  kOver,      // 100 %: it must end before the kernel kills it
};

// Decides from the resident memory how full a process is, and when the allocator should return free
// pages: when memory grew and has stopped growing, as after a burst, and when memory runs out.
// Thread-compatible.
class MemoryWatch {
 public:
  // `max_bytes`: the limit of the process; 0: unknown.
  explicit MemoryWatch(size_t max_bytes) : max_bytes_(max_bytes) {}

  // Call periodically with the resident memory. Returns whether free pages should be returned.
  // REQUIRES: `now` never decreases.
  bool Observe(size_t resident_bytes, absl::Duration now);

  MemoryLevel level() const { return level_; }

 private:
  MemoryLevel LevelOf(size_t resident_bytes) const;

  const size_t max_bytes_;
  MemoryLevel level_ = MemoryLevel::kNormal;
  size_t least_ = ~size_t{0};  // the minimum since pages were returned
  size_t before_ = 0;
  absl::Duration grown_ = -absl::InfiniteDuration();
  absl::Duration trimmed_ = -absl::InfiniteDuration();
  bool just_trimmed_ = false;
};

// From now on the allocator keeps the pages that are freed, up to a hundred megabytes, for the next
// request: the system can take as long to provide a page as we take to fill it. MemoryThread
// returns them after a burst. REQUIRES: there is one thread.
void KeepFreedPages();

// The resident memory of this process; 0 if the system does not report it.
size_t ResidentBytes();

// Checks the memory of the process every kMemoryCheckInterval, reports how full it is, and returns
// free pages to the system. Thread-safe.
class MemoryThread {
 public:
  // Called on each change of the level, on the thread.
  using Tell = std::function<void(MemoryLevel level, size_t resident_bytes)>;

  // `resident_bytes`: called on the thread. `clock` must outlive the object.
  MemoryThread(size_t max_bytes, std::function<size_t()> resident_bytes, Clock& clock, Tell tell);

 private:
  void Look();

  const std::function<size_t()> resident_bytes_;
  const Clock& clock_;
  const Tell tell_;
  MemoryWatch watch_;  // the thread's
  PeriodicThread thread_;
};

}  // namespace cache_invalidation::process

#endif  // CACHE_INVALIDATION_SERVER_PROCESS_MEMORY_WATCH_H_
