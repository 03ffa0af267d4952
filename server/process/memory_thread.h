#ifndef CACHE_INVALIDATION_SERVER_PROCESS_MEMORY_THREAD_H_
#define CACHE_INVALIDATION_SERVER_PROCESS_MEMORY_THREAD_H_

#include <cstddef>
#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "server/process/memory_watch.h"

namespace cache_invalidation::process {

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
  ~MemoryThread();

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  void Look();

  const std::function<size_t()> resident_bytes_;
  Clock& clock_;
  const Tell tell_;
  MemoryWatch watch_;  // the thread's
  Mutex mutex_;
  CondVar changed_;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace cache_invalidation::process

#endif  // CACHE_INVALIDATION_SERVER_PROCESS_MEMORY_THREAD_H_
