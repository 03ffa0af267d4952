// SPDX-License-Identifier: Apache-2.0

#include "common/periodic_thread.h"

#include <utility>

namespace cache_invalidation {

PeriodicThread::PeriodicThread(Clock& clock, absl::Duration interval, std::function<void()> act)
    : clock_(clock), interval_(interval), act_(std::move(act)), thread_([this] { Run(); }) {}

PeriodicThread::~PeriodicThread() {
  {
    MutexLock lock(mutex_);
    ending_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
}

void PeriodicThread::Run() {
  while (true) {
    act_();
    MutexLock lock(mutex_);
    const absl::Duration next = clock_.Monotonic() + interval_;
    while (!ending_ && !clock_.WaitUntil(mutex_, changed_, next)) {
    }
    if (ending_) return;
  }
}

}  // namespace cache_invalidation
