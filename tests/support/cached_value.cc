// SPDX-License-Identifier: Apache-2.0

#include "tests/support/cached_value.h"

#include <algorithm>
#include <utility>

#include "tests/support/pause.h"

namespace cache_invalidation {

void CachedValue::Subscribe(const client::Client& client, client::SubscriptionOptions options) {
  subscription_ = client.Subscribe(std::move(options),
                                   {.on_started = [this](const auto& told) { OnStarted(told); },
                                    .on_reset = [this](const auto& told) { OnReset(told); },
                                    .on_event = [this](const auto& told) { OnEvent(told); },
                                    .on_progress = [this](const auto& told) { OnProgress(told); }});
}

std::optional<uint64_t> CachedValue::Serve() {
  MutexLock lock(mutex_);
  if (clock_.Monotonic() >= lease_end_ || applied_ < serves_from_) return std::nullopt;
  return value_;
}

void CachedValue::Fill() {
  uint64_t generation = 0;
  {
    MutexLock lock(mutex_);
    generation = generation_;
  }
  const uint64_t loaded = database_;
  MutexLock lock(mutex_);
  if (generation == generation_) value_ = loaded;
}

void CachedValue::StandStill(absl::Duration time) {
  MutexLock lock(mutex_);
  stand_still_ = time;
}

void CachedValue::OnStarted(const client::SubscriptionStarted& started) {
  MutexLock lock(mutex_);
  if (clock_.Monotonic() >= lease_end_) serves_from_ = started.head.revision;
}

void CachedValue::OnReset(const client::SubscriptionReset& reset) {
  ObeyStandStill();
  MutexLock lock(mutex_);
  Drop();
  applied_ = reset.start_after.revision;
  serves_from_ = std::min(serves_from_, applied_);
}

void CachedValue::OnEvent(const client::Event& event) {
  ObeyStandStill();
  MutexLock lock(mutex_);
  Drop();
  applied_ = event.revision;
}

void CachedValue::OnProgress(const client::SubscriptionProgress& progress) {
  ObeyStandStill();
  MutexLock lock(mutex_);
  applied_ = progress.position.revision;
  lease_end_ = std::max(lease_end_, progress.lease_end);
}

void CachedValue::Drop() {
  value_.reset();
  ++generation_;
}

void CachedValue::ObeyStandStill() {
  absl::Duration time;
  {
    MutexLock lock(mutex_);
    time = std::exchange(stand_still_, absl::ZeroDuration());
  }
  if (time > absl::ZeroDuration()) Pause(time);
}

}  // namespace cache_invalidation
