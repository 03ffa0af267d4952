#include "server/rpc/waiting_calls.h"

#include <vector>

#include "absl/status/status.h"

namespace cache_invalidation::rpc {

std::shared_ptr<WaitingCalls> WaitingCalls::Make(const delivery::Hub& hub, StreamWaker& outbox,
                                                 const Clock& clock,
                                                 delivery::DeliveryObserver& observer,
                                                 absl::Duration strangers_until) {
  return std::shared_ptr<WaitingCalls>(
      new WaitingCalls(hub, outbox, clock, observer, strangers_until));
}

WaitingCalls::WaitingCalls(const delivery::Hub& hub, StreamWaker& outbox, const Clock& clock,
                           delivery::DeliveryObserver& observer, absl::Duration strangers_until)
    : hub_(hub), outbox_(outbox), clock_(clock), observer_(observer), list_(strangers_until) {}

WaitingCalls::Place::~Place() {
  if (calls_ != nullptr) calls_->awaited_.fetch_sub(size_, std::memory_order_relaxed);
}

absl::StatusOr<WaitingCalls::Place> WaitingCalls::Admit(absl::string_view namespace_name) {
  const size_t size = 1 + hub_.session_count(namespace_name);
  if (awaited_.fetch_add(size, std::memory_order_relaxed) + size > kMaxAwaited) {
    awaited_.fetch_sub(size, std::memory_order_relaxed);
    return absl::ResourceExhaustedError(
        "wait_for_subscribers: too many calls are waiting; nothing was invalidated");
  }
  return Place(this, size);
}

uint64_t WaitingCalls::Wait(absl::string_view namespace_name, uint64_t revision,
                            absl::optional<absl::Duration> timeout, Done done) {
  const delivery::WaitList::Sessions sessions = hub_.sessions(namespace_name);
  uint64_t wait = 0;
  {
    MutexLock lock(mutex_);
    wait = list_.Add(revision, sessions, timeout, clock_.Monotonic(), std::move(done));
  }
  outbox_.Wake(shared_from_this());
  return wait;
}

bool WaitingCalls::Cancel(uint64_t wait) {
  MutexLock lock(mutex_);
  return list_.Cancel(wait);
}

void WaitingCalls::Look(const delivery::SubscriberSession& session) {
  {
    MutexLock lock(mutex_);
    list_.Look(session, clock_.Monotonic());
    if (!list_.HasFinished()) return;
  }
  outbox_.Wake(shared_from_this());
}

size_t WaitingCalls::waits() const {
  MutexLock lock(mutex_);
  return list_.waits();
}

OutboxStream::Upkeep WaitingCalls::Drive(absl::Duration now) {
  std::vector<delivery::WaitList::Finished> finished;
  Upkeep upkeep;
  {
    MutexLock lock(mutex_);
    list_.Advance(now);
    if (ending_) list_.EndAll(now);
    finished = list_.TakeFinished();
    upkeep.over = ending_;
    upkeep.wake_at = list_.next_deadline();
  }
  for (delivery::WaitList::Finished& wait : finished) {
    observer_.OnWaited(wait.outcome);
    wait.done(std::move(wait.outcome));
  }
  return upkeep;
}

void WaitingCalls::Drain(absl::Duration) {
  MutexLock lock(mutex_);
  ending_ = true;
}

void WaitingCalls::Abort() {
  MutexLock lock(mutex_);
  ending_ = true;
}

}  // namespace cache_invalidation::rpc
