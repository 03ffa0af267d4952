#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_LOG_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_LOG_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "server/storage/store.h"
#include "server/wire/chunk.h"

namespace cache_invalidation::delivery {

using storage::PartPosition;
using storage::PositionAfter;
using storage::RetainedRevisions;

// The first part after a complete revision.
inline PartPosition FirstAfter(uint64_t revision) { return {revision + 1, 0}; }

// A chunk from `first_part` on.
struct ChunkTail {
  std::shared_ptr<const wire::Chunk> chunk;
  size_t first_part = 0;
  // Clock::Monotonic() when its group was published; absent if that is unknown.
  std::optional<absl::Duration> published;
};

// The chunk from the part `from` on, or all of it if it begins later.
ChunkTail TailFrom(std::shared_ptr<const wire::Chunk> chunk, PartPosition from,
                   std::optional<absl::Duration> published);

// The newest revisions of one namespace, as the chunks they were published in.
//
// Invariants:
//   1. The parts are in revision and part order, without gaps except those made by SkipTo.
//   2. The first part kept begins a revision, and the last one ends a revision.
//   3. Exactly the revisions floor + 1 .. head are kept, without those that were skipped. Readers
//   do not ask for skipped revisions, or for those before them.
//
// Thread-compatible. Finding a part costs O(log chunks).
class Log {
 public:
  using Chunks = absl::Span<const std::shared_ptr<const wire::Chunk>>;

  // The log begins after revision `floor`. REQUIRES: nothing was ever kept.
  void BeginAt(uint64_t floor);

  // There are no revisions between the head and `revision`, which becomes the head. REQUIRES: not
  // below the head.
  void SkipTo(uint64_t revision);

  // Adds the chunks of one group, which become readable together; they end at `head`. Returns how
  // often DropOldest must be called to drop them. REQUIRES: they continue where the log ends.
  size_t Append(Chunks chunks, uint64_t head, absl::Duration now);

  // Drops the oldest chunk and those in which its last revision continues; returns the bytes that
  // this frees. REQUIRES: floor < head.
  size_t DropOldest();

  const RetainedRevisions& retained() const { return retained_; }

  // Size of the chunks in memory.
  size_t bytes() const { return bytes_; }

  // The chunks that hold the part `from` and those after it, oldest first: as many as fit into
  // `max_bytes`, but at least one; none if `from` is beyond the head. Absent if `from` is no longer
  // kept.
  std::optional<std::vector<ChunkTail>> Read(PartPosition from, size_t max_bytes) const;

 private:
  struct Kept {
    std::shared_ptr<const wire::Chunk> chunk;
    absl::Duration published;
  };

  std::deque<Kept> chunks_;
  RetainedRevisions retained_;
  size_t bytes_ = 0;
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_LOG_H_
