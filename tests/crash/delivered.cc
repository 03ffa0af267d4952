// SPDX-License-Identifier: Apache-2.0

#include "tests/crash/delivered.h"

#include <map>

#include "absl/strings/str_cat.h"

namespace cache_invalidation {
namespace {

constexpr size_t kMostDifferences = 10;

std::string NameOf(const v1::Invalidation& invalidation) {
  switch (invalidation.target_case()) {
    case v1::Invalidation::kTag:
      return invalidation.tag();
    case v1::Invalidation::kKey:
      return invalidation.key();
    case v1::Invalidation::kPattern:
      return invalidation.pattern();
    default:
      return "";
  }
}

// What events_ should hold.
std::vector<std::string> TextOf(const conformance::PublishedHistory& published) {
  std::map<uint64_t, std::string> events;
  for (const v1::Event& part : published.parts()) {
    std::string& text =
        events.try_emplace(part.revision(), absl::StrCat(part.revision())).first->second;
    for (const v1::Invalidation& invalidation : part.invalidations()) {
      absl::StrAppend(&text, " ", NameOf(invalidation));
    }
  }
  std::vector<std::string> out;
  for (auto& [revision, text] : events) out.push_back(std::move(text));
  return out;
}

}  // namespace

Delivered::Delivered(const client::Client& client, absl::Duration lease) {
  subscription_ = client.Subscribe({.name = "delivered", .lease = lease},
                                   {.on_started = [this](const auto&) { OnStarted(); },
                                    .on_reset = [this](const auto& reset) { OnReset(reset); },
                                    .on_event = [this](const auto& event) { OnEvent(event); },
                                    .on_disconnected = [this](const auto&) { OnDisconnected(); }});
  MutexLock lock(mutex_);
  while (!started_) changed_.Wait(mutex_);
}

int Delivered::resets() const {
  MutexLock lock(mutex_);
  return resets_;
}

void Delivered::Await(uint64_t revision) {
  MutexLock lock(mutex_);
  AwaitLocked(revision);
}

void Delivered::AwaitLoss() {
  MutexLock lock(mutex_);
  while (!lost_) changed_.Wait(mutex_);
}

void Delivered::AwaitLocked(uint64_t revision) {
  while (last_ < revision) changed_.Wait(mutex_);
}

std::vector<std::string> Delivered::DifferencesFrom(
    const conformance::PublishedHistory& published) {
  const std::vector<std::string> expected = TextOf(published);
  MutexLock lock(mutex_);
  AwaitLocked(published.head());
  std::vector<std::string> differences = violations_;
  for (size_t i = 0; i < events_.size() && differences.size() < kMostDifferences; ++i) {
    const uint64_t revision = std::stoull(events_[i]);
    const bool known = revision >= 1 && revision <= expected.size();
    if (!known || events_[i] != expected[revision - 1]) {
      differences.push_back(absl::StrCat("delivered ", events_[i]));
    }
  }
  return differences;
}

void Delivered::OnStarted() {
  MutexLock lock(mutex_);
  started_ = true;
  changed_.NotifyAll();
}

void Delivered::OnDisconnected() {
  MutexLock lock(mutex_);
  lost_ = true;
  changed_.NotifyAll();
}

void Delivered::OnEvent(const client::Event& event) {
  MutexLock lock(mutex_);
  if (event.revision != last_ + 1) {
    violations_.push_back(absl::StrCat(event.revision, " came after ", last_));
  }
  last_ = event.revision;
  std::string text = absl::StrCat(event.revision);
  for (const client::Invalidation& invalidation : event.invalidations) {
    absl::StrAppend(&text, " ", invalidation.name);
  }
  events_.push_back(std::move(text));
  changed_.NotifyAll();
}

void Delivered::OnReset(const client::SubscriptionReset& reset) {
  MutexLock lock(mutex_);
  ++resets_;
  if (reset.start_after.revision < last_) {
    violations_.push_back(
        absl::StrCat("a reset to ", reset.start_after.revision, " after ", last_));
  }
  last_ = reset.start_after.revision;
  changed_.NotifyAll();
}

}  // namespace cache_invalidation
