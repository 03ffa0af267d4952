#include "server/delivery/outbox.h"

#include <utility>

namespace cache_invalidation::delivery {

Outbox::Outbox(Clock& clock) : clock_(clock), core_(clock), thread_([this] { Run(); }) {}

Outbox::~Outbox() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.NotifyOne();
  thread_.join();
}

void Outbox::Deliver(std::vector<Completion> completions, std::vector<uint64_t> moved) {
  {
    MutexLock lock(mutex_);
    if (!completions.empty()) work_.completions.push_back({std::move(completions), true});
    work_.moved.insert(moved.begin(), moved.end());
  }
  changed_.NotifyOne();
}

void Outbox::Abandon(std::vector<Completion> completions) {
  {
    MutexLock lock(mutex_);
    if (!completions.empty()) work_.completions.push_back({std::move(completions), false});
    work_.abandoned = true;
  }
  changed_.NotifyOne();
}

void Outbox::Wake(std::shared_ptr<OutboxStream> stream) {
  if (stream->queued_.exchange(true)) return;
  {
    MutexLock lock(mutex_);
    work_.woken.push_back(std::move(stream));
  }
  changed_.NotifyOne();
}

void Outbox::Drain(absl::Duration grace) {
  {
    MutexLock lock(mutex_);
    work_.drain = clock_.Monotonic() + grace;
  }
  changed_.NotifyOne();
}

void Outbox::Run() {
  while (true) {
    OutboxWork work;
    {
      MutexLock lock(mutex_);
      while (work_.empty() && !core_.busy()) {
        if (stopping_) return;
        if (clock_.WaitUntil(mutex_, changed_, core_.next_timer())) break;
      }
      work = std::exchange(work_, {});
    }
    core_.Accept(std::move(work));
    core_.Step();
  }
}

}  // namespace cache_invalidation::delivery
