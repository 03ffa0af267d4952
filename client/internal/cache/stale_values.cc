// SPDX-License-Identifier: Apache-2.0

#include "client/internal/cache/stale_values.h"

#include <iterator>
#include <utility>

namespace cache_invalidation::client::internal {

void StaleValues::Add(StaleValue value) {
  weight_ += value.weight;
  const auto place = order_.emplace(value.until, std::move(value));
  places_[place->second.key] = place;
}

const StaleValue* StaleValues::Find(absl::string_view key) const {
  if (places_.empty()) return nullptr;
  const auto found = places_.find(key);
  return found == places_.end() ? nullptr : &found->second->second;
}

void StaleValues::AddKeysTo(std::vector<std::string>& keys) const {
  for (const auto& [until, value] : order_) keys.push_back(value.key);
}

void StaleValues::Remove(Order::iterator place, DiscardedEntries& discarded) {
  StaleValue& value = place->second;
  weight_ -= value.weight;
  places_.erase(value.key);
  discarded.AddValue(std::move(value.value));
  order_.erase(place);
}

bool StaleValues::Remove(absl::string_view key, DiscardedEntries& discarded) {
  const auto found = places_.find(key);
  if (found == places_.end()) return false;
  Remove(found->second, discarded);
  return true;
}

std::vector<size_t> StaleValues::RemoveIf(absl::FunctionRef<bool(absl::string_view key)> matches,
                                          DiscardedEntries& discarded) {
  std::vector<size_t> removed;
  for (auto place = order_.begin(); place != order_.end();) {
    const auto next = std::next(place);
    if (matches(place->second.key)) {
      removed.push_back(place->second.hash);
      Remove(place, discarded);
    }
    place = next;
  }
  return removed;
}

std::optional<size_t> StaleValues::RemoveOldest(DiscardedEntries& discarded) {
  if (order_.empty()) return std::nullopt;
  const size_t hash = order_.begin()->second.hash;
  Remove(order_.begin(), discarded);
  return hash;
}

std::vector<size_t> StaleValues::RemoveEnded(int64_t now, DiscardedEntries& discarded) {
  std::vector<size_t> removed;
  while (!order_.empty() && order_.begin()->first <= now) {
    removed.push_back(*RemoveOldest(discarded));
  }
  return removed;
}

size_t StaleValues::SizeAt(int64_t now) const {
  return order_.size() - std::distance(order_.begin(), order_.upper_bound(now));
}

}  // namespace cache_invalidation::client::internal
