// SPDX-License-Identifier: Apache-2.0

#include "common/testing/fake_clock.h"

#include <iterator>
#include <thread>

namespace cache_invalidation {

absl::Time FakeClock::Now() const {
  MutexLock lock(mutex_);
  return now_;
}

absl::Duration FakeClock::Monotonic() const {
  MutexLock lock(mutex_);
  return monotonic_;
}

absl::Duration FakeClock::MonotonicBound() const {
  MutexLock lock(mutex_);
  return monotonic_ + absl::Seconds(1);
}

bool FakeClock::WaitUntil(Mutex& mutex, CondVar& condition, absl::Duration deadline) {
  std::list<Waiter>::iterator self;
  {
    MutexLock lock(mutex_);
    if (monotonic_ >= deadline) {
      return true;
    }
    waiters_.push_back({&condition, deadline});
    self = std::prev(waiters_.end());
    waiters_changed_.NotifyAll();
  }
  condition.Wait(mutex);
  MutexLock lock(mutex_);
  waiters_.erase(self);
  return monotonic_ >= deadline;
}

void FakeClock::Advance(absl::Duration by) {
  {
    MutexLock lock(mutex_);
    now_ += by;
    monotonic_ += by;
  }
  // A waiter may have entered itself and not yet be asleep, where a notification is lost: notify
  // until all have left.
  while (NotifyDue()) {
    std::this_thread::yield();
  }
}

bool FakeClock::NotifyDue() {
  MutexLock lock(mutex_);
  bool any = false;
  for (const Waiter& waiter : waiters_) {
    if (waiter.deadline <= monotonic_) {
      waiter.condition->NotifyAll();
      any = true;
    }
  }
  return any;
}

void FakeClock::SetWallClock(absl::Time now) {
  MutexLock lock(mutex_);
  now_ = now;
}

void FakeClock::AwaitWaiters(int count) {
  MutexLock lock(mutex_);
  while (waiters_.size() < static_cast<size_t>(count)) {
    waiters_changed_.Wait(mutex_);
  }
}

}  // namespace cache_invalidation
