#include "server/delivery/log.h"

#include <algorithm>
#include <optional>
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

}  // namespace cache_invalidation::delivery
