#include "server/delivery/channel.h"

#include <utility>

namespace cache_invalidation::delivery {
namespace {

// What the groups of a namespace share: the targets of about as many chunks as gather while every
// stream gets its turn.
constexpr size_t kTargetsBytes = 4 << 20;

}  // namespace

Channel::Channel(std::string namespace_name, uint64_t id)
    : namespace_name_(std::move(namespace_name)),
      id_(id),
      targets_(std::make_shared<FilterGroup::TargetsCache>(kTargetsBytes)) {}

RetainedRevisions Channel::retained() const {
  MutexLock lock(log_mutex_);
  return log_.retained();
}

absl::optional<std::vector<ChunkTail>> Channel::Read(EntryPosition from, size_t max_bytes) const {
  MutexLock lock(log_mutex_);
  return log_.Read(from, max_bytes);
}

std::shared_ptr<FilterGroup> Channel::GroupOf(const Filter& filter) {
  if (filter.passes_everything()) return nullptr;
  MutexLock lock(groups_mutex_);
  std::weak_ptr<FilterGroup>& known = groups_[filter];
  std::shared_ptr<FilterGroup> group = known.lock();
  if (group != nullptr) return group;
  group = std::make_shared<FilterGroup>(filter, targets_);
  known = group;
  if (groups_.size() > 2 * groups_after_sweep_) {
    absl::erase_if(groups_, [](const auto& entry) { return entry.second.expired(); });
    groups_after_sweep_ = groups_.size();
  }
  return group;
}

void Channel::BeginAt(uint64_t floor) {
  MutexLock lock(log_mutex_);
  log_.BeginAt(floor);
  head_.store(floor, std::memory_order_release);
}

Channel::Appended Channel::Append(NamespaceLog::Chunks chunks, uint64_t head, absl::Duration now) {
  MutexLock lock(log_mutex_);
  const size_t before = log_.bytes();
  const size_t drops = log_.Append(chunks, head, now);
  head_.store(head, std::memory_order_release);
  return {drops, log_.bytes() - before};
}

Channel::Dropped Channel::DropOldest() {
  MutexLock lock(log_mutex_);
  const size_t bytes = log_.DropOldest();
  return {log_.retained().floor, bytes};
}

}  // namespace cache_invalidation::delivery
