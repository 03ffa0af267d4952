// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/waiting_calls.h"

#include <vector>

namespace cache_invalidation::delivery {

std::shared_ptr<WaitingCalls> WaitingCalls::Make(const Hub& hub, StreamWaker& outbox,
                                                 const Clock& clock, DeliveryObserver& observer,
                                                 const EarlierLeases& earlier, size_t most) {
  return std::shared_ptr<WaitingCalls>(
      new WaitingCalls(hub, outbox, clock, observer, earlier, most));
}

WaitingCalls::Place::~Place() {
  if (calls_ == nullptr) return;
  MutexLock lock(calls_->places_mutex_);
  calls_->awaited_ -= size_;
  const auto of = calls_->awaited_of_.find(namespace_name_);
  of->second -= size_;
  if (of->second == 0) calls_->awaited_of_.erase(of);
}

std::optional<WaitingCalls::Place> WaitingCalls::Admit(absl::string_view namespace_name) {
  const size_t size = 1 + hub_.session_count(namespace_name);
  MutexLock lock(places_mutex_);
  const auto of = awaited_of_.find(namespace_name);
  const size_t taken = of == awaited_of_.end() ? 0 : of->second;
  if (awaited_ + size > kMaxAwaited || taken + size > most_) {
    return std::nullopt;
  }
  awaited_ += size;
  awaited_of_[namespace_name] += size;
  return Place(this, std::string(namespace_name), size);
}

WaitOutcome WaitingCalls::NotWaited() {
  WaitOutcome outcome;
  outcome.not_waited = true;
  outcome.unknown_late = true;
  observer_.OnWaited(outcome);
  return outcome;
}

uint64_t WaitingCalls::Wait(absl::string_view namespace_name, uint64_t revision,
                            const WaitLimit& limit, Done done) {
  const WaitList::Sessions sessions = hub_.sessions(namespace_name);
  uint64_t wait = 0;
  {
    MutexLock lock(mutex_);
    wait = list_.Add(revision, sessions, limit, clock_.Monotonic(), std::move(done));
  }
  outbox_.Wake(shared_from_this());
  return wait;
}

bool WaitingCalls::Cancel(uint64_t wait) {
  MutexLock lock(mutex_);
  return list_.Cancel(wait);
}

void WaitingCalls::ExpectStrangers(absl::Duration until) {
  {
    MutexLock lock(mutex_);
    list_.ExpectStrangers(until);
  }
  outbox_.Wake(shared_from_this());
}

void WaitingCalls::Look(const SubscriberSession& session) {
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
  std::vector<WaitList::Finished> finished;
  Upkeep upkeep;
  {
    MutexLock lock(mutex_);
    list_.Advance(now);
    if (ending_) list_.EndAll(now);
    finished = list_.TakeFinished();
    upkeep.over = ending_;
    upkeep.wake_at = list_.next_deadline();
  }
  for (WaitList::Finished& wait : finished) {
    observer_.OnWaited(wait.outcome);
    wait.done(std::move(wait.outcome));
  }
  return upkeep;
}

void WaitingCalls::Drain(absl::Duration) {
  MutexLock lock(mutex_);
  ending_ = true;
}

}  // namespace cache_invalidation::delivery
