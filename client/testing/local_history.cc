// SPDX-License-Identifier: Apache-2.0

#include "client/testing/local_history.h"

#include <algorithm>
#include <utility>

#include "absl/container/btree_set.h"
#include "absl/strings/str_cat.h"
#include "common/tag.h"

namespace cache_invalidation::client {
namespace {

constexpr absl::Duration kHeartbeat = absl::Seconds(5);

// The tags that a service without rules names, each once.
std::vector<Invalidation> Targets(const std::vector<WriteEvent>& writes) {
  absl::btree_set<std::string> tags;
  for (const WriteEvent& write : writes) {
    if (write.resource_id.empty()) {
      tags.insert(write.resource_type);
    } else {
      tags.insert(CollectionTag(write.resource_type));
      for (std::string& tag : ResourceTags(write.resource_type, write.resource_id)) {
        tags.insert(std::move(tag));
      }
    }
    tags.insert(write.tags.begin(), write.tags.end());
  }
  std::vector<Invalidation> targets;
  for (const std::string& tag : tags) targets.push_back({.target = TargetKind::kTag, .name = tag});
  return targets;
}

}  // namespace

LocalHistory::LocalHistory(absl::Duration lease, Clock* clock)
    : lease_(lease), clock_(clock == nullptr ? &real_clock_ : clock) {}

Position LocalHistory::HeadLocked() const {
  return {.epoch = absl::StrCat("local-", epoch_), .revision = trimmed_ + events_.size()};
}

Position LocalHistory::Publish(Event event) {
  Position position;
  {
    MutexLock lock(mutex_);
    position = HeadLocked();
    event.epoch = position.epoch;
    event.revision = ++position.revision;
    events_.push_back(std::move(event));
    if (status_.ok()) {
      for (const auto& subscriber : subscribers_) CatchUp(subscriber);
    }
  }
  Deliver();
  return position;
}

void LocalHistory::Reset(ResetReason reason) {
  {
    MutexLock lock(mutex_);
    const absl::Status lost = absl::UnavailableError("the history was lost");
    trimmed_ += events_.size();
    events_.clear();
    if (reason == ResetReason::kEpoch) {
      ++epoch_;
      trimmed_ = 0;
    }
    for (const auto& subscriber : subscribers_) {
      subscriber->reset = reason;
      if (!status_.ok()) continue;
      Queue(subscriber, [lost](const SubscriptionCallbacks& callbacks) {
        if (callbacks.on_disconnected) callbacks.on_disconnected(lost);
      });
      Start(subscriber);
    }
  }
  Deliver();
}

void LocalHistory::Disconnect(const absl::Status& status) {
  {
    MutexLock lock(mutex_);
    const bool was_connected = status_.ok();
    status_ = status;
    if (!was_connected) return;
    for (const auto& subscriber : subscribers_) {
      Queue(subscriber, [status](const SubscriptionCallbacks& callbacks) {
        if (callbacks.on_disconnected) callbacks.on_disconnected(status);
      });
    }
  }
  Deliver();
}

void LocalHistory::Connect() {
  {
    MutexLock lock(mutex_);
    if (status_.ok()) return;
    status_ = absl::OkStatus();
    for (const auto& subscriber : subscribers_) Start(subscriber);
  }
  Deliver();
}

void LocalHistory::RenewLeases() {
  {
    MutexLock lock(mutex_);
    if (!status_.ok()) return;
    for (const auto& subscriber : subscribers_) CatchUp(subscriber);
  }
  Deliver();
}

std::shared_ptr<LocalHistory::Subscriber> LocalHistory::Add(const SubscribeParams& params) {
  auto subscriber = std::make_shared<Subscriber>();
  subscriber->params = params;
  {
    MutexLock lock(mutex_);
    const Position head = HeadLocked();
    const std::optional<Position>& after = params.subscription.start_after;
    subscriber->revision = head.revision;
    if (after.has_value()) {
      if (after->epoch != head.epoch) {
        subscriber->reset = ResetReason::kEpoch;
      } else if (after->revision > head.revision) {
        subscriber->reset = ResetReason::kAhead;
      } else if (after->revision < trimmed_) {
        subscriber->reset = ResetReason::kTrimmed;
      } else {
        subscriber->revision = after->revision;
      }
    }
    subscribers_.push_back(subscriber);
    if (status_.ok()) Start(subscriber);
  }
  Deliver();
  return subscriber;
}

void LocalHistory::Remove(const std::shared_ptr<Subscriber>& subscriber) {
  MutexLock lock(mutex_);
  subscriber->has_stopped = true;
  subscribers_.remove(subscriber);
  while (receiving_ == subscriber.get() && deliverer_ != std::this_thread::get_id()) {
    delivered_more_.Wait(mutex_);
  }
}

absl::StatusOr<WriteResult> LocalHistory::Write(const std::vector<WriteEvent>& writes, bool waits) {
  std::function<absl::StatusOr<WriteResult>(const std::vector<WriteEvent>&)> answer;
  {
    MutexLock lock(mutex_);
    if (!status_.ok()) return status_;
    writes_.insert(writes_.end(), writes.begin(), writes.end());
    answer = answer_;
  }
  if (answer) return answer(writes);
  std::vector<Invalidation> targets = Targets(writes);
  WriteResult result{.invalidations = static_cast<uint32_t>(targets.size())};
  result.position = Publish({.source = EventSource::kWrite, .invalidations = std::move(targets)});
  if (waits) result.waiting = Waited();
  return result;
}

void LocalHistory::AnswerWrites(
    std::function<absl::StatusOr<WriteResult>(const std::vector<WriteEvent>&)> answer) {
  MutexLock lock(mutex_);
  answer_.swap(answer);  // the old one is destroyed without the lock
}

absl::Status LocalHistory::status() const {
  MutexLock lock(mutex_);
  return status_;
}

Position LocalHistory::head() const {
  MutexLock lock(mutex_);
  return HeadLocked();
}

size_t LocalHistory::subscriptions() const {
  MutexLock lock(mutex_);
  return subscribers_.size();
}

std::vector<WriteEvent> LocalHistory::writes() const {
  MutexLock lock(mutex_);
  return writes_;
}

Waiting LocalHistory::Waited() const {
  MutexLock lock(mutex_);
  Waiting waiting;
  for (const auto& subscriber : subscribers_) {
    const SubscriptionOptions& options = subscriber->params.subscription;
    if (options.acknowledgement == Acknowledgement::kNone) {
      ++waiting.not_acknowledging;
    } else {
      waiting.waited_for.push_back(options.name);
    }
  }
  std::sort(waiting.waited_for.begin(), waiting.waited_for.end());
  return waiting;
}

void LocalHistory::Start(const std::shared_ptr<Subscriber>& subscriber) {
  const Position head = HeadLocked();
  const SubscriptionOptions& options = subscriber->params.subscription;
  const std::optional<ResetReason> reset = std::exchange(subscriber->reset, std::nullopt);
  if (reset.has_value()) subscriber->revision = head.revision;
  const SubscriptionStarted started{
      .head = head,
      .start_after = subscriber->revision,
      .lease = lease_ == absl::InfiniteDuration() ? options.lease : lease_,
      .heartbeat = kHeartbeat,
      .instance = options.instance.empty() ? "local" : options.instance};
  Queue(subscriber, [started](const SubscriptionCallbacks& callbacks) {
    if (callbacks.on_started) callbacks.on_started(started);
  });
  if (reset.has_value()) {
    const SubscriptionReset message{.reason = *reset, .oldest_revision = 0, .start_after = head};
    Queue(subscriber, [message](const SubscriptionCallbacks& callbacks) {
      if (callbacks.on_reset) callbacks.on_reset(message);
    });
  }
  CatchUp(subscriber);
}

void LocalHistory::CatchUp(const std::shared_ptr<Subscriber>& subscriber) {
  const Position head = HeadLocked();
  while (subscriber->revision < head.revision) {
    const Event& event = events_[subscriber->revision - trimmed_];
    ++subscriber->revision;
    Queue(subscriber, [event](const SubscriptionCallbacks& callbacks) {
      if (callbacks.on_event) callbacks.on_event(event);
    });
  }
  const SubscriptionProgress progress{.position = head, .lease_end = clock_->Monotonic() + lease_};
  Queue(subscriber, [progress](const SubscriptionCallbacks& callbacks) {
    if (callbacks.on_progress) callbacks.on_progress(progress);
  });
}

void LocalHistory::Queue(const std::shared_ptr<Subscriber>& subscriber,
                         std::function<void(const SubscriptionCallbacks&)> run) {
  queue_.push_back({subscriber, std::move(run)});
  ++queued_;
}

void LocalHistory::Deliver() {
  MutexLock lock(mutex_);
  if (deliverer_ == std::this_thread::get_id()) return;
  const uint64_t target = queued_;
  while (delivered_ < target) {
    if (deliverer_ != std::thread::id()) {
      delivered_more_.Wait(mutex_);
      continue;
    }
    deliverer_ = std::this_thread::get_id();
    while (!queue_.empty()) {
      Delivery next = std::move(queue_.front());
      queue_.pop_front();
      const bool is_wanted = !next.subscriber->has_stopped;
      receiving_ = next.subscriber.get();
      mutex_.Unlock();
      if (is_wanted) next.run(next.subscriber->params.callbacks);
      next = {};  // perhaps the last reference to the callbacks
      mutex_.Lock();
      receiving_ = nullptr;
      ++delivered_;
      delivered_more_.NotifyAll();
    }
    deliverer_ = std::thread::id();
    delivered_more_.NotifyAll();
  }
}

}  // namespace cache_invalidation::client
