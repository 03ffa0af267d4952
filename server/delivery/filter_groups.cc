// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/filter_groups.h"

namespace cache_invalidation::delivery {
std::shared_ptr<const PassingParts> FilterGroup::Passing(
    const std::shared_ptr<const wire::Chunk>& chunk) {
  return passing_.Get(*chunk, [&] {
    const std::shared_ptr<const ChunkTargets> targets = targets_->Get(chunk);
    PassingParts passing;
    const uint32_t size = static_cast<uint32_t>(chunk->parts.size());
    for (uint32_t part = 0; part < size; ++part) {
      if (!targets->Passes(part, *filter_)) continue;
      if (passing.runs.empty() || passing.runs.back().end != part) {
        passing.runs.push_back({part, part});
      }
      passing.runs.back().end = part + 1;
    }
    return passing;
  });
}

bool FilterGroups::HasRoomFor(const Filter& filter) const {
  if (filter.passes_everything()) return true;
  const FilterPointer borrowed(FilterPointer(), &filter);
  MutexLock lock(mutex_);
  if (groups_.contains(borrowed)) return true;
  return memory_->bytes + bytes_ + 2 * filter.bytes() <= memory_->max_bytes;
}

std::shared_ptr<FilterGroup> FilterGroups::Of(const Filter& filter) {
  if (filter.passes_everything()) return nullptr;
  auto own = std::make_shared<const Filter>(filter);
  MutexLock lock(mutex_);
  const auto known = groups_.find(own);
  if (known != groups_.end()) {
    std::shared_ptr<FilterGroup> group = known->second.lock();
    if (group != nullptr) return group;
    // Its last reference is gone, and Remove is about to run; it finds the new group and keeps it.
    Erase(known);
  }
  const size_t bytes = own->bytes();
  bytes_ += bytes;
  memory_->bytes += bytes;
  const auto end = [groups = shared_from_this(), own](FilterGroup* group) {
    delete group;
    groups->Remove(own);
  };
  std::shared_ptr<FilterGroup> group(new FilterGroup(own, targets_), end);
  groups_.emplace(std::move(own), group);
  return group;
}

void FilterGroups::Remove(const FilterPointer& filter) {
  MutexLock lock(mutex_);
  const auto known = groups_.find(filter);
  if (known != groups_.end() && known->second.expired()) Erase(known);
}

void FilterGroups::Erase(Groups::iterator group) {
  const size_t bytes = group->first->bytes();
  bytes_ -= bytes;
  memory_->bytes -= bytes;
  groups_.erase(group);
}

size_t FilterGroups::size() const {
  MutexLock lock(mutex_);
  return groups_.size();
}

}  // namespace cache_invalidation::delivery
