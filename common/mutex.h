// SPDX-License-Identifier: Apache-2.0

// Mutex, MutexLock and CondVar: the only locks in the project.
//
// They wrap the standard library's, because Debian's Abseil is not instrumented: ThreadSanitizer
// does not see absl::Mutex and reports races in correct programs. The annotations are Abseil's, so
// that clang's -Wthread-safety (`./dev lint`) checks which locks are held:
//
//   class Counter {
//    public:
//     void Add(int n) ABSL_LOCKS_EXCLUDED(mutex_) {
//       MutexLock lock(mutex_);
//       value_ += n;
//       changed_.NotifyAll();
//     }
//     void AwaitAtLeast(int n) ABSL_LOCKS_EXCLUDED(mutex_) {
//       MutexLock lock(mutex_);
//       while (value_ < n) changed_.Wait(mutex_);
//     }
//
//    private:
//     Mutex mutex_;
//     CondVar changed_;
//     int value_ ABSL_GUARDED_BY(mutex_) = 0;
//   };
//
// To wait with a deadline use Clock::WaitUntil, so that tests control the time.

#ifndef CACHE_INVALIDATION_COMMON_MUTEX_H_
#define CACHE_INVALIDATION_COMMON_MUTEX_H_

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "absl/base/thread_annotations.h"

namespace cache_invalidation {

// A mutual exclusion lock. Not recursive, not movable. Thread-safe.
class ABSL_LOCKABLE Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

 private:
  friend class CondVar;

  std::mutex mutex_;
};

// Holds a Mutex from its construction to the end of its scope. For one thread.
class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) : mutex_(mutex) {
    mutex_.Lock();
  }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_.Unlock(); }

  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// A condition variable. All concurrent waiters must use the same Mutex. Wake-ups can be spurious:
// wait in a loop over the condition. Write the loop in the function that holds the lock; the
// analysis does not see into a lambda. Thread-safe.
class CondVar {
 public:
  CondVar() = default;
  CondVar(const CondVar&) = delete;
  CondVar& operator=(const CondVar&) = delete;

  // Unlocks `mutex`, blocks until notified, and locks it again.
  void Wait(Mutex& mutex) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }

  void NotifyOne() { condition_.notify_one(); }
  void NotifyAll() { condition_.notify_all(); }

 private:
  friend class RealClock;

  // As Wait, but returns after `timeout` at the latest. Only for the clock.
  void WaitFor(Mutex& mutex, std::chrono::nanoseconds timeout)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait_for(lock, timeout);
    lock.release();
  }

  std::condition_variable condition_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_MUTEX_H_
