// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CRASH_ANSWERED_H_
#define CACHE_INVALIDATION_TESTS_CRASH_ANSWERED_H_

#include <algorithm>
#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "common/mutex.h"

namespace cache_invalidation {

// The acknowledgements that all clients have received. Thread-safe.
class Answered {
 public:
  // Records one acknowledgement with this revision.
  void Note(uint64_t revision) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    head_ = std::max(head_, revision);
    ++count_;
    changed_.NotifyAll();
  }

  // Returns the highest revision that any client was sent: every later call must see at least this
  // one.
  uint64_t head() const ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    return head_;
  }

  uint64_t count() const ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    return count_;
  }

  // No further acknowledgements come.
  void Close() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    closed_ = true;
    changed_.NotifyAll();
  }

  // Blocks until `answers` more acknowledgements have come, or no further ones come.
  void AwaitMore(uint64_t answers) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    const uint64_t wanted = count_ + answers;
    while (count_ < wanted && !closed_) changed_.Wait(mutex_);
  }

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  uint64_t head_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t count_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_CRASH_ANSWERED_H_
