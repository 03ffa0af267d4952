// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CONSISTENCY_TASK_THREAD_H_
#define CACHE_INVALIDATION_TESTS_CONSISTENCY_TASK_THREAD_H_

#include <deque>
#include <functional>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "common/mutex.h"

namespace cache_invalidation::consistency {

// An executor of one thread. Runs all tasks before its destructor returns. Thread-safe.
class TaskThread {
 public:
  TaskThread() : thread_([this] { Work(); }) {}
  ~TaskThread() {
    Run(nullptr);
    thread_.join();
  }

  // An empty task ends the thread.
  void Run(std::function<void()> task) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    tasks_.push_back(std::move(task));
    changed_.NotifyAll();
  }

 private:
  void Work() ABSL_LOCKS_EXCLUDED(mutex_) {
    while (const std::function<void()> task = Next()) task();
  }
  std::function<void()> Next() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    while (tasks_.empty()) changed_.Wait(mutex_);
    std::function<void()> task = std::move(tasks_.front());
    tasks_.pop_front();
    return task;
  }

  Mutex mutex_;
  CondVar changed_;
  std::deque<std::function<void()>> tasks_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace cache_invalidation::consistency

#endif  // CACHE_INVALIDATION_TESTS_CONSISTENCY_TASK_THREAD_H_
