#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_SHARED_FIGURES_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_SHARED_FIGURES_H_

#include "absl/base/thread_annotations.h"
#include "common/mutex.h"

namespace cache_invalidation::connect {

// Figures that one thread changes and the HTTP pages read. Thread-safe.
template <typename Figures>
class SharedFigures {
 public:
  template <typename Change>
  void Update(const Change& change) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    change(figures_);
  }
  Figures Get() const ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    return figures_;
  }

 private:
  mutable Mutex mutex_;
  Figures figures_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_SHARED_FIGURES_H_
