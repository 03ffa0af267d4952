// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/cursor.h"

#include <algorithm>
#include <utility>

#include "common/limits.h"

namespace cache_invalidation::delivery {
namespace {

// If at least this many events wait, a stream continues writing itself; with fewer it waits for its
// turn.
constexpr size_t kEventsThatContinueAStream = 64;

using wire::Chunk;
using Run = PassingParts::Run;

// How much Next reads from the log at once.
constexpr size_t kReadBytes = kMaxSubscribeMessageBytes;

// How much Next filters; the chunk in which it gets there is filtered to its end. A megabyte that
// is all kept back by a filter of a thousand tags takes fifteen milliseconds, in which the outbox
// does nothing else.
constexpr size_t kMaxJudgedBytes = 256 << 10;

// Each slice of a message costs two allocations and an entry of a system call's vector.
constexpr size_t kMaxSlices = 1024;

size_t RunBytes(const Chunk& chunk, Run run) {
  const Chunk::Part& last = chunk.parts[run.end - 1];
  return last.offset + last.size - chunk.parts[run.begin].offset;
}

// How many parts of the run fit into `max_bytes`.
uint32_t PartsThatFit(const Chunk& chunk, Run run, size_t max_bytes) {
  const size_t begin = chunk.parts[run.begin].offset;
  const auto first = chunk.parts.begin() + run.begin;
  const auto fits = std::partition_point(
      first, chunk.parts.begin() + run.end,
      [&](const Chunk::Part& part) { return part.offset + part.size - begin <= max_bytes; });
  return static_cast<uint32_t>(fits - first);
}

}  // namespace

Cursor::Cursor(std::shared_ptr<const Channel> channel, std::shared_ptr<FilterGroup> group,
               uint64_t after)
    : channel_(std::move(channel)), group_(std::move(group)), next_(FirstAfter(after)) {}

std::vector<Run> Cursor::Passing(const ChunkTail& tail) const {
  const uint32_t first = static_cast<uint32_t>(tail.first_part);
  if (group_ == nullptr) return {{first, static_cast<uint32_t>(tail.chunk->parts.size())}};
  const std::shared_ptr<const PassingParts> passing = group_->Passing(tail.chunk);
  std::vector<Run> runs;
  for (Run run : passing->runs) {
    if (run.end <= first) continue;
    runs.push_back({std::max(run.begin, first), run.end});
  }
  return runs;
}

bool Cursor::Take(const ChunkTail& tail, Run run, size_t max_bytes, Batch& batch) {
  const Chunk& chunk = *tail.chunk;
  const size_t room =
      batch.slices.size() < kMaxSlices ? max_bytes - std::min(max_bytes, batch.bytes) : 0;
  uint32_t count = PartsThatFit(chunk, run, room);
  if (count == 0 && batch.slices.empty()) count = 1;
  const bool whole = count == run.end - run.begin;
  if (count > 0) {
    run.end = run.begin + count;
    const uint32_t size = static_cast<uint32_t>(RunBytes(chunk, run));
    const Chunk::Part& first = chunk.parts[run.begin];
    const Chunk::Part& last = chunk.parts[run.end - 1];
    batch.slices.push_back({tail.chunk, first.offset, size, first.revision, last.revision});
    batch.events += count;
    batch.bytes += size;
    if (!batch.oldest_published) batch.oldest_published = tail.published;
    batch.unfinished = last.last_part ? 0 : last.revision;
    for (uint32_t part = run.end; part-- > run.begin;) {
      if (!chunk.parts[part].last_part) continue;
      batch.completed = chunk.parts[part].revision;
      break;
    }
    next_ = PositionAfter(last);
  }
  if (!whole) {
    const Chunk::Part& left = chunk.parts[run.begin + count];
    next_ = {left.revision, left.number};
  }
  return whole;
}

std::vector<ChunkTail> Cursor::TailsOf(const Stretch& stretch) const {
  std::vector<ChunkTail> tails;
  for (const std::shared_ptr<const Chunk>& chunk : stretch) {
    if (chunk->first_revision() > channel_->head()) break;
    ChunkTail tail = TailFrom(chunk, next_, std::nullopt);
    if (tail.first_part < chunk->parts.size()) tails.push_back(std::move(tail));
  }
  return tails;
}

std::optional<std::vector<ChunkTail>> Cursor::Read(bool ask) {
  std::optional<std::vector<ChunkTail>> tails = channel_->Read(next_, kReadBytes);
  if (tails || next_.revision <= channel_->retained().floor) return tails;
  const std::shared_ptr<const Stretch> stretch =
      ask ? channel_->AskOlder(next_) : channel_->FindOlder(next_);
  waiting_ = ask && stretch == nullptr;
  if (stretch == nullptr) return std::vector<ChunkTail>();
  // The history was trimmed while it was read.
  if (stretch->empty()) return std::nullopt;
  return TailsOf(*stretch);
}

std::optional<Batch> Cursor::Next(size_t max_bytes) {
  waiting_ = false;
  Batch batch;
  for (size_t judged = 0; judged < kMaxJudgedBytes;) {
    // With something to send it does not ask: a slow client would leave its stretch unused, in the
    // way of others.
    const std::optional<std::vector<ChunkTail>> tails = Read(/*ask=*/batch.slices.empty());
    if (!tails) {
      // The parts taken so far are valid; the next call reports the gap.
      if (batch.slices.empty()) return std::nullopt;
      return batch;
    }
    if (tails->empty()) return batch;
    for (const ChunkTail& tail : *tails) {
      // But a stretch of the store is finished: it may have to be read again otherwise.
      if (judged >= kMaxJudgedBytes && tail.published) break;
      if (group_ != nullptr) judged += tail.chunk->bytes.size();
      for (Run run : Passing(tail)) {
        if (!Take(tail, run, max_bytes, batch)) return batch;
      }
      next_ = PositionAfter(tail.chunk->parts.back());
    }
  }
  return batch;
}

bool Cursor::ManyWait() const {
  if (channel_->head() <= position()) return false;
  const std::optional<std::vector<ChunkTail>> tails = channel_->Read(next_, kReadBytes);
  if (!tails) return true;
  size_t events = 0;
  size_t bytes = 0;
  for (const ChunkTail& tail : *tails) {
    for (Run run : Passing(tail)) {
      events += run.end - run.begin;
      bytes += RunBytes(*tail.chunk, run);
    }
  }
  // Read stops before the chunk that would not fit, so a full message may have less.
  return events >= kEventsThatContinueAStream || bytes >= kMaxSubscribeMessageBytes / 2;
}

}  // namespace cache_invalidation::delivery
