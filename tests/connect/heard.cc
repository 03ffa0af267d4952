// SPDX-License-Identifier: Apache-2.0

#include "tests/connect/heard.h"

#include <algorithm>
#include <utility>

namespace cache_invalidation {
namespace {

std::string NameOf(const client::Invalidation& invalidation) {
  switch (invalidation.target) {
    case client::TargetKind::kTag:
      return invalidation.name;
    case client::TargetKind::kKey:
      return "key " + invalidation.name;
    case client::TargetKind::kPattern:
      return "pattern " + invalidation.name;
    case client::TargetKind::kEverything:
      break;
  }
  return "everything";
}

}  // namespace

Heard::Heard(const client::Client& client) {
  subscription_ = client.Subscribe({.name = "heard"},
                                   {.on_started =
                                        [this](const auto&) {
                                          MutexLock lock(mutex_);
                                          started_ = true;
                                          changed_.NotifyAll();
                                        },
                                    .on_event = [this](const auto& event) { OnEvent(event); }});
  MutexLock lock(mutex_);
  while (!started_) changed_.Wait(mutex_);
}

void Heard::OnEvent(const client::Event& event) {
  Targets targets;
  for (const client::Invalidation& invalidation : event.invalidations) {
    targets.insert(NameOf(invalidation));
  }
  MutexLock lock(mutex_);
  events_.push_back(std::move(targets));
  changed_.NotifyAll();
}

Heard::Targets Heard::Await(const std::string& target) {
  MutexLock lock(mutex_);
  while (true) {
    while (awaited_ == events_.size()) changed_.Wait(mutex_);
    const Targets& event = events_[awaited_++];
    if (event.count(target) > 0) return event;
  }
}

size_t Heard::Count(const std::string& target) const {
  MutexLock lock(mutex_);
  return static_cast<size_t>(
      std::count_if(events_.begin(), events_.end(),
                    [&](const Targets& event) { return event.count(target) > 0; }));
}

}  // namespace cache_invalidation
