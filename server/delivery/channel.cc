#include "server/delivery/channel.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace cache_invalidation::delivery {
namespace {

// Size of the cache that the groups of a namespace share: about the chunks that accumulate while
// every stream takes a turn, with their targets.
constexpr size_t kTargetsBytes = 8 << 20;

}  // namespace

Channel::Channel(std::string namespace_name, uint64_t id, CatchUp* older,
                 std::shared_ptr<FilterMemory> filters)
    : namespace_name_(std::move(namespace_name)),
      id_(id),
      older_(older),
      groups_(std::make_shared<FilterGroups>(std::make_shared<TargetsCache>(kTargetsBytes),
                                             std::move(filters))) {}

RetainedRevisions Channel::retained() const {
  MutexLock lock(log_mutex_);
  return {floor_, log_.retained().head};
}

std::optional<std::vector<ChunkTail>> Channel::Read(PartPosition from, size_t max_bytes) const {
  MutexLock lock(log_mutex_);
  if (from.revision <= skipped_) return std::nullopt;
  return log_.Read(from, max_bytes);
}

std::shared_ptr<const Stretch> Channel::FindOlder(PartPosition from) const {
  return older_->Find(id_, from);
}

std::shared_ptr<const Stretch> Channel::AskOlder(PartPosition from) const {
  return older_->FindOrAsk(id_, namespace_name_, from);
}

void Channel::BeginAt(RetainedRevisions retained) {
  MutexLock lock(log_mutex_);
  log_.BeginAt(retained.head);
  floor_ = retained.floor;
  head_.store(retained.head, std::memory_order_release);
}

void Channel::SkipTo(uint64_t revision) {
  MutexLock lock(log_mutex_);
  log_.SkipTo(revision);
  skipped_ = revision;
  floor_ = std::max(floor_, revision);
  head_.store(revision, std::memory_order_release);
}

void Channel::ForgetPast() {
  MutexLock lock(log_mutex_);
  floor_ = std::max<uint64_t>(floor_, 1);
}

void Channel::Forget(uint64_t floor) {
  MutexLock lock(log_mutex_);
  floor_ = std::max(floor_, floor);
}

Channel::Appended Channel::Append(Log::Chunks chunks, uint64_t head, absl::Duration now) {
  MutexLock lock(log_mutex_);
  const size_t before = log_.bytes();
  const size_t drops = log_.Append(chunks, head, now);
  head_.store(head, std::memory_order_release);
  return {drops, log_.bytes() - before};
}

size_t Channel::DropOldest() {
  MutexLock lock(log_mutex_);
  const size_t freed = log_.DropOldest();
  if (older_ == nullptr) floor_ = std::max(floor_, log_.retained().floor);
  return freed;
}

}  // namespace cache_invalidation::delivery
