// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_SHARED_FIGURES_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_SHARED_FIGURES_H_

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "common/mutex.h"

namespace cache_invalidation::connect {

// Whether something is followed, and fed; a part of its figures.
struct Health {
  bool connected = false;
  std::string state = "starting";  // in words: why it is not connected

  void Lose(absl::string_view why) {
    connected = false;
    state = std::string(why);
  }
};

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
