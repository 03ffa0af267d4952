// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/channel.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "common/check.h"

namespace cache_invalidation::delivery {
namespace {

using wire::Chunk;

bool IsBefore(const Chunk::Part& part, PartPosition position) {
  return std::tie(part.revision, part.number) < std::tie(position.revision, position.number);
}

size_t Cost(const Chunk& chunk) {
  return sizeof(Chunk) + chunk.namespace_name.size() + chunk.bytes.capacity() +
         chunk.parts.capacity() * sizeof(Chunk::Part);
}

// Size of the cache that the groups of a namespace share: about the chunks that accumulate while
// every stream takes a turn, with their targets.
constexpr size_t kTargetsBytes = 8 << 20;

}  // namespace

void Log::BeginAt(uint64_t floor) {
  Check(retained_ == RetainedRevisions{}, "a log begins once");
  retained_ = {floor, floor};
}

void Log::SkipTo(uint64_t revision) {
  Check(revision >= retained_.head, "a log only goes on");
  if (chunks_.empty()) retained_.floor = revision;
  retained_.head = revision;
}

ChunkTail TailFrom(std::shared_ptr<const Chunk> chunk, PartPosition from,
                   std::optional<absl::Duration> published) {
  const std::vector<Chunk::Part>& parts = chunk->parts;
  const auto first = std::partition_point(
      parts.begin(), parts.end(), [&](const Chunk::Part& part) { return IsBefore(part, from); });
  const size_t first_part = first - parts.begin();
  return {std::move(chunk), first_part, published};
}

size_t Log::Append(Chunks chunks, uint64_t head, absl::Duration now) {
  PartPosition next = FirstAfter(retained_.head);
  size_t drops = 0;
  for (const std::shared_ptr<const Chunk>& chunk : chunks) {
    const Chunk::Part& first = chunk->parts.front();
    Check(first.revision == next.revision && first.number == next.number,
          "published chunks go on where the log ends");
    next = PositionAfter(chunk->parts.back());
    if (next.number == 0) ++drops;
    bytes_ += Cost(*chunk);
    chunks_.push_back({chunk, now});
  }
  Check(next.number == 0 && next.revision == head + 1, "the head stands at the end of a revision");
  retained_.head = head;
  return drops;
}

size_t Log::DropOldest() {
  Check(!chunks_.empty(), "only what is kept can be dropped");
  const size_t before = bytes_;
  bool complete = false;
  while (!complete) {
    const Chunk& oldest = *chunks_.front().chunk;
    complete = oldest.parts.back().last_part;
    retained_.floor = oldest.last_revision();
    bytes_ -= Cost(oldest);
    chunks_.pop_front();
  }
  return before - bytes_;
}

std::optional<std::vector<ChunkTail>> Log::Read(PartPosition from, size_t max_bytes) const {
  if (from.revision <= retained_.floor) return std::nullopt;
  std::vector<ChunkTail> tails;
  if (from.revision > retained_.head) return tails;
  auto kept = std::partition_point(chunks_.begin(), chunks_.end(), [&](const Kept& candidate) {
    return IsBefore(candidate.chunk->parts.back(), from);
  });
  size_t bytes = 0;
  for (; kept != chunks_.end(); ++kept) {
    bytes += kept->chunk->bytes.size();
    if (!tails.empty() && bytes > max_bytes) break;
    tails.push_back(TailFrom(kept->chunk, from, kept->published));
  }
  return tails;
}

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

void Window::Add(const std::shared_ptr<Channel>& channel, Channel::Appended appended) {
  bytes_ += appended.bytes;
  oldest_first_.insert(oldest_first_.end(), appended.drops, channel);
}

void Window::Shrink() {
  while (bytes_ > max_bytes_ && oldest_first_.size() > 1) {
    bytes_ -= oldest_first_.front()->DropOldest();
    oldest_first_.pop_front();
  }
}

}  // namespace cache_invalidation::delivery
