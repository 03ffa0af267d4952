// SPDX-License-Identifier: Apache-2.0

#include "client/connect/sink_feed.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::connect {
namespace {

using journal::Level;

// The value of the label `reason`.
std::string NameOf(client::ResetReason reason) {
  switch (reason) {
    case client::ResetReason::kEpoch:
      return "epoch";
    case client::ResetReason::kTrimmed:
      return "trimmed";
    case client::ResetReason::kAhead:
      return "ahead";
    case client::ResetReason::kUnknown:
      break;
  }
  return "unknown";
}

}  // namespace

SinkFeed::SinkFeed(SinkFeedOptions options)
    : options_(std::move(options)),
      queue_(options_.queue, options_.subscription.start_after),
      on_stop_(options_.stop,
               [this] {
                 MutexLock lock(mutex_);
                 changed_.NotifyAll();
               }),
      subscription_(options_.client.Subscribe(options_.subscription, Callbacks())) {}

client::SubscriptionCallbacks SinkFeed::Callbacks() {
  options_.update([](SinkFigures& figures) { figures.Lose("waiting for the service"); });
  {
    MutexLock lock(mutex_);
    ShowQueue();  // what an earlier process has reached
  }
  return {.on_started =
              [this, has_position = options_.subscription.start_after.has_value()](
                  const client::SubscriptionStarted& started) mutable {
                if (!std::exchange(has_position, true)) {
                  // Only what comes after the start is heard.
                  DropEverything({.epoch = started.head.epoch, .revision = started.start_after},
                                 "no_position");
                }
                options_.update([](SinkFigures& figures) { figures.connected = true; });
              },
          .on_reset =
              [this](const client::SubscriptionReset& reset) {
                DropEverything(reset.start_after, NameOf(reset.reason));
              },
          .on_event =
              [this](const client::Event& event) {
                SinkTargets targets = options_.targets_of(event);
                if (targets.everything) {
                  options_.update([](SinkFigures& figures) { ++figures.everything["event"]; });
                }
                Add(std::move(targets), event.position());
              },
          .on_progress =
              [this](const client::SubscriptionProgress& progress) { Add({}, progress.position); },
          .on_disconnected =
              [this](const absl::Status& status) {
                options_.update([&](SinkFigures& figures) {
                  figures.Lose(absl::StrCat("not connected to the service: ", status.message()));
                });
                options_.journal.Write({Level::kWarning,
                                        "not hearing events",
                                        {{"cache", options_.cache}},
                                        std::string(status.message())});
              },
          .on_ended =
              [this](const absl::Status& status) {
                MutexLock lock(mutex_);
                ended_ = status;
                changed_.NotifyAll();
              }};
}

void SinkFeed::DropEverything(const client::Position& position, const std::string& reason) {
  options_.journal.Write(
      {Level::kWarning, "dropping everything", {{"cache", options_.cache}, {"reason", reason}}});
  options_.update([&](SinkFigures& figures) { ++figures.everything[reason]; });
  MutexLock lock(mutex_);
  queue_.Reset(position);
  ShowQueue();
  changed_.NotifyAll();
}

void SinkFeed::Add(SinkTargets targets, const client::Position& position) {
  MutexLock lock(mutex_);
  // Progress without an event since the last one.
  if (targets.empty() && queue_.latest() == position) return;
  queue_.Add(std::move(targets), position);
  ShowQueue();
  changed_.NotifyAll();
}

std::optional<SinkQueue::Batch> SinkFeed::Await(absl::Duration until, absl::Duration not_before,
                                                size_t max_names) {
  MutexLock lock(mutex_);
  while (!options_.stop.stop_requested() && ended_.ok()) {
    const absl::Duration now = options_.clock.Monotonic();
    if (now >= until) return std::nullopt;
    if (now >= not_before) {
      std::optional<SinkQueue::Batch> batch = queue_.Next(now, max_names);
      if (batch.has_value()) return batch;
    }
    const absl::Duration next = std::max(not_before, queue_.NextAt());
    options_.clock.WaitUntil(mutex_, changed_, std::min(until, next));
  }
  return std::nullopt;
}

void SinkFeed::Dropped(SinkQueue::Batch batch) {
  MutexLock lock(mutex_);
  queue_.Dropped(std::move(batch), options_.clock.Monotonic());
  ShowQueue();
}

void SinkFeed::PutBack(SinkQueue::Batch batch) {
  MutexLock lock(mutex_);
  queue_.PutBack(std::move(batch));
  ShowQueue();
}

void SinkFeed::Refused() {
  MutexLock lock(mutex_);
  queue_.Refused();
  ShowQueue();
}

std::optional<client::Position> SinkFeed::reached() const {
  MutexLock lock(mutex_);
  return queue_.reached();
}

absl::Status SinkFeed::status() const {
  MutexLock lock(mutex_);
  return ended_;
}

void SinkFeed::ShowQueue() {
  const auto revision_of = [](const std::optional<client::Position>& position) {
    return position.has_value() ? position->revision : 0;
  };
  const uint64_t heard = revision_of(queue_.latest());
  const uint64_t reached = revision_of(queue_.reached());
  const size_t waiting = queue_.new_size();
  const size_t repeated = queue_.size() - waiting;
  const uint64_t widened = queue_.widened() - std::exchange(widened_, queue_.widened());
  options_.update([=](SinkFigures& figures) {
    figures.heard = heard;
    figures.reached = reached;
    figures.waiting = waiting;
    figures.repeated = repeated;
    figures.widened += widened;
  });
}

}  // namespace cache_invalidation::connect
