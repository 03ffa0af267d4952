#include "client/cachectl/ticker.h"

#include <utility>

namespace cache_invalidation::cachectl {

Ticker::Ticker(Clock& clock, absl::Duration interval, std::function<void()> tick)
    : clock_(clock), interval_(interval), tick_(std::move(tick)), thread_([this] { Run(); }) {}

Ticker::~Ticker() {
  {
    MutexLock lock(mutex_);
    stopped_ = true;
    stopped_changed_.NotifyAll();
  }
  thread_.join();
}

void Ticker::Run() {
  while (true) {
    {
      MutexLock lock(mutex_);
      const absl::Duration next = clock_.Monotonic() + interval_;
      while (!stopped_ && clock_.Monotonic() < next) {
        clock_.WaitUntil(mutex_, stopped_changed_, next);
      }
      if (stopped_) return;
    }
    tick_();
  }
}

}  // namespace cache_invalidation::cachectl
