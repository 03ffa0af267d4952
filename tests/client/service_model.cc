// SPDX-License-Identifier: Apache-2.0

#include "tests/client/service_model.h"

#include <algorithm>
#include <set>
#include <utility>

#include "common/tag.h"

namespace cache_invalidation::interleaving {

using client::Event;
using client::Invalidation;
using client::InvalidationKind;
using client::Position;
using client::TargetKind;

ServiceModel::ServiceModel() = default;

std::set<std::string> ServiceModel::Reach(const std::string& tag,
                                          std::set<std::string>& named) const {
  std::set<std::string> reached;
  for (const auto& [key, entry] : tracked_) {
    for (const std::string& own : entry.tags) {
      if (IsSelfOrAncestor(tag, own)) reached.insert(key);
    }
  }
  for (bool grew = true; grew;) {
    grew = false;
    for (const auto& [key, entry] : tracked_) {
      for (const std::string& other : entry.depends_on_keys) {
        if (!reached.contains(other) || !named.insert(key).second) continue;
        reached.insert(key);
        grew = true;
      }
    }
  }
  return reached;
}

uint64_t ServiceModel::Publish(const Invalidation& invalidation) {
  const InvalidationKind kind = invalidation.kind;
  Event event{.revision = events_.size() + 1, .epoch = epoch_, .invalidations = {invalidation}};
  std::set<std::string> named;
  if (invalidation.target == TargetKind::kTag) {
    for (const std::string& key : Reach(invalidation.name, named)) {
      if (kind == InvalidationKind::kMarkStale) continue;
      tracked_.erase(key);
      evicted_[key] = event.revision;
    }
  }
  for (const std::string& key : named) {
    event.invalidations.push_back({.kind = kind, .target = TargetKind::kKey, .name = key});
  }
  events_.push_back(event);
  if (is_connected_) to_client_.push_back(std::move(event));
  return events_.size();
}

bool ServiceModel::MayAnswer(const std::string& epoch, uint64_t revision, Time now) const {
  if (now < wait_at_least_until_) return false;
  return (epoch == epoch_ && acknowledged_ >= revision) || now >= lease_end_;
}

bool ServiceModel::HasMoved(const std::string& name, uint64_t after) const {
  const auto evicted = evicted_.find(name);
  if (evicted != evicted_.end() && evicted->second > after) return true;
  for (uint64_t i = after; i < events_.size(); ++i) {
    for (const Invalidation& invalidation : events_[i].invalidations) {
      if (IsSelfOrAncestor(invalidation.name, name)) return true;
    }
  }
  return false;
}

bool ServiceModel::Track(const std::string& key, Tracked entry, const Position& position) {
  if (position.epoch != epoch_) return false;
  bool moved = HasMoved(key, position.revision);
  for (const std::string& tag : entry.tags) moved |= HasMoved(tag, position.revision);
  for (const std::string& other : entry.depends_on_keys) {
    moved |= HasMoved(other, position.revision);
    const auto found = tracked_.find(other);
    if (found == tracked_.end()) continue;  // nothing is known of it
    for (const std::string& tag : found->second.tags) moved |= HasMoved(tag, position.revision);
  }
  if (!moved) tracked_[key] = std::move(entry);
  return !moved;
}

void ServiceModel::Receive(Time sent_at, uint64_t acknowledged, Time now) {
  acknowledged_ = std::max(acknowledged_, acknowledged);
  lease_end_ = std::max(lease_end_, now + kServiceLease);
  if (is_connected_) {
    to_client_.push_back(ProgressMessage{.position = head(), .echoed_sent_at = sent_at});
  }
}

void ServiceModel::Connect(const Position& after, Time sent_at, Time now) {
  is_connected_ = true;
  to_client_.clear();
  uint64_t start = head().revision;
  if (after.epoch == epoch_) start = after.revision;
  to_client_.push_back(StartedMessage{.head = head(), .start_after = start});
  if (!after.epoch.empty() && after.epoch != epoch_) {
    to_client_.push_back(ResetMessage{.start_after = head()});
  }
  for (uint64_t i = start; i < events_.size(); ++i) to_client_.push_back(events_[i]);
  Receive(sent_at, 0, now);
}

void ServiceModel::Disconnect() {
  is_connected_ = false;
  to_client_.clear();
}

void ServiceModel::RestartEmpty(Time now) {
  Disconnect();
  epoch_ += "'";
  events_.clear();
  tracked_.clear();
  evicted_.clear();
  acknowledged_ = 0;
  lease_end_ = 0;
  wait_at_least_until_ = now + kServiceLease;
}

}  // namespace cache_invalidation::interleaving
