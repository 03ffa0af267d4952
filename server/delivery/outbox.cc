// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/outbox.h"

#include <iterator>

namespace cache_invalidation::delivery {

void OutboxCore::Accept(OutboxWork work) {
  std::move(work.completions.begin(), work.completions.end(), std::back_inserter(completions_));
  moved_.insert(work.moved.begin(), work.moved.end());
  for (std::shared_ptr<OutboxStream>& stream : work.woken) Enqueue(std::move(stream));
  if (work.all_woken) {
    for (const std::shared_ptr<OutboxStream>& stream : streams_) Queue(stream);
  }
  if (work.drain && !drain_) {
    drain_ = work.drain;
    for (const std::shared_ptr<OutboxStream>& stream : streams_) {
      stream->Drain(*drain_);
      Queue(stream);
    }
  }
  if (work.abandoned && !abandoned_) {
    abandoned_ = true;
    for (const std::shared_ptr<OutboxStream>& stream : streams_) {
      stream->Abort();
      Queue(stream);
    }
  }
}

void OutboxCore::Step() {
  for (OutboxWork::Completions& completions : std::exchange(completions_, {})) {
    for (Outlet::Completion& run : completions.run) run(completions.durable);
  }
  // Only the time of streams counts: they make progress however many completions there are.
  absl::Duration now = clock_.Monotonic();
  const absl::Duration end = now + kStepTime;
  QueueDue(now);
  for (int driven = 0; driven < kStreamsPerStep && now < end; ++driven) {
    if (left_in_pass_ == 0) {
      QueueMoved();
      left_in_pass_ = queue_.size();
    }
    if (queue_.empty()) return;
    const std::shared_ptr<OutboxStream> stream = std::move(queue_.front());
    queue_.pop_front();
    --left_in_pass_;
    Drive(stream, now);
    now = clock_.Monotonic();
  }
}

void OutboxCore::Enqueue(std::shared_ptr<OutboxStream> stream) {
  if (!stream->AnswersCalls()) return queue_.push_back(std::move(stream));
  queue_.push_front(std::move(stream));
  // It belongs to the current pass, if there is one.
  if (left_in_pass_ > 0) ++left_in_pass_;
}

void OutboxCore::QueueDue(absl::Duration now) {
  while (!timers_.empty() && timers_.top().at <= now) {
    if (std::shared_ptr<OutboxStream> stream = timers_.top().stream.lock()) {
      stream->armed_ = absl::InfiniteDuration();
      Queue(std::move(stream));
    }
    timers_.pop();
  }
}

void OutboxCore::QueueMoved() {
  for (uint64_t id : std::exchange(moved_, {})) {
    const auto channel = channels_.find(id);
    if (channel == channels_.end()) continue;
    for (OutboxStream* stream : channel->second) {
      if (stream->queued_.exchange(true)) continue;
      queue_.push_back(*streams_.find(stream));
    }
  }
}

void OutboxCore::Drive(const std::shared_ptr<OutboxStream>& stream, absl::Duration now) {
  if (streams_.insert(stream).second) Greet(stream);
  // Before it is driven: whatever arrives meanwhile queues it again.
  stream->queued_ = false;
  const OutboxStream::Upkeep upkeep = stream->Drive(now);
  if (upkeep.over) {
    Forget(stream);
    return;
  }
  if (stream->channel_ == 0 && upkeep.channel != 0) Join(*stream, upkeep.channel);
  if (upkeep.wake_at < stream->armed_) {
    stream->armed_ = upkeep.wake_at;
    timers_.push({upkeep.wake_at, stream});
  }
}

void OutboxCore::Greet(const std::shared_ptr<OutboxStream>& stream) {
  if (drain_) stream->Drain(*drain_);
  if (abandoned_) stream->Abort();
}

void OutboxCore::Join(OutboxStream& stream, uint64_t channel) {
  std::vector<OutboxStream*>& members = channels_[channel];
  stream.channel_ = channel;
  stream.place_in_channel_ = members.size();
  members.push_back(&stream);
}

void OutboxCore::Forget(const std::shared_ptr<OutboxStream>& stream) {
  if (stream->channel_ != 0) {
    const auto channel = channels_.find(stream->channel_);
    std::vector<OutboxStream*>& members = channel->second;
    members[stream->place_in_channel_] = members.back();
    members[stream->place_in_channel_]->place_in_channel_ = stream->place_in_channel_;
    members.pop_back();
    if (members.empty()) channels_.erase(channel);
    stream->channel_ = 0;
  }
  streams_.erase(stream);
}

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

void Outbox::WakeAll() {
  {
    MutexLock lock(mutex_);
    work_.all_woken = true;
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
