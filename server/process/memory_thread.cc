#include "server/process/memory_thread.h"

#include <malloc.h>
#include <unistd.h>

#include <fstream>
#include <utility>

#include "server/process/memory_watch.h"

namespace cache_invalidation::process {

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
      thread_([this] { Run(); }) {}

MemoryThread::~MemoryThread() {
  {
    MutexLock lock(mutex_);
    ending_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
}

void MemoryThread::Run() {
  while (true) {
    Look();
    MutexLock lock(mutex_);
    const absl::Duration next = clock_.Monotonic() + kMemoryCheckInterval;
    while (!ending_ && !clock_.WaitUntil(mutex_, changed_, next)) {
    }
    if (ending_) return;
  }
}

void MemoryThread::Look() {
  const size_t resident = resident_bytes_();
  const MemoryLevel before = watch_.level();
  const bool trim = watch_.Observe(resident, clock_.Monotonic());
  if (watch_.level() != before) tell_(watch_.level(), resident);
  if (trim) malloc_trim(0);
}

}  // namespace cache_invalidation::process
