// SPDX-License-Identifier: Apache-2.0

#include "tests/postgres/told.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace cache_invalidation {

Told::Told(const client::Client& client, const std::string& table) : prefix_(table + ":") {
  subscription_ = client.Subscribe(
      {.name = "told", .tags = {table}},
      {.on_started =
           [this](const auto&) {
             MutexLock lock(mutex_);
             started_ = true;
             changed_.NotifyAll();
           },
       .on_reset = [this](const auto&) { OnReset(); },
       .on_event = [this](const auto& event) { OnEvent(event); },
       .on_progress = [this](const auto& progress) { Pass(progress.position.revision); }});
  MutexLock lock(mutex_);
  while (!started_) changed_.Wait(mutex_);
}

void Told::OnEvent(const client::Event& event) {
  {
    MutexLock lock(mutex_);
    for (const client::Invalidation& invalidation : event.invalidations) {
      absl::string_view name = invalidation.name;
      int64_t id = 0;
      if (name == prefix_ + "#all") continue;
      if (invalidation.target == client::TargetKind::kTag && absl::ConsumePrefix(&name, prefix_) &&
          absl::SimpleAtoi(name, &id)) {
        ++rows_[id];
        ++count_;
      } else {
        ++coarse_;
      }
    }
  }
  Pass(event.revision);
}

void Told::Pass(uint64_t revision) {
  MutexLock lock(mutex_);
  revision_ = std::max(revision_, revision);
  changed_.NotifyAll();
}

void Told::OnReset() {
  MutexLock lock(mutex_);
  ++coarse_;
}

void Told::AwaitMore(uint64_t rows) {
  MutexLock lock(mutex_);
  const uint64_t wanted = count_ + rows;
  while (count_ < wanted) changed_.Wait(mutex_);
}

void Told::AwaitRevision(uint64_t revision) {
  MutexLock lock(mutex_);
  while (revision_ < revision) changed_.Wait(mutex_);
}

std::map<int64_t, int> Told::rows() const {
  MutexLock lock(mutex_);
  return rows_;
}

uint64_t Told::duplicates() const {
  MutexLock lock(mutex_);
  return count_ - rows_.size();
}

uint64_t Told::coarse() const {
  MutexLock lock(mutex_);
  return coarse_;
}

}  // namespace cache_invalidation
