// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_CHANNEL_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_CHANNEL_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/mutex.h"
#include "server/delivery/catch_up.h"
#include "server/delivery/filter.h"
#include "server/delivery/filter_groups.h"
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

// One namespace as its subscribers see it: its log, and their filters.
//
// Thread-safe. Its locks are taken last and never held while calling out.
class Channel {
 public:
  // `id`: unique in the process. `older`: reads history that memory has dropped; null: such history
  // is gone. Must outlive the channel. `filters`: shared by all channels.
  Channel(std::string namespace_name, uint64_t id, CatchUp* older = nullptr,
          std::shared_ptr<FilterMemory> filters = std::make_shared<FilterMemory>());

  const std::string& namespace_name() const { return namespace_name_; }
  uint64_t id() const { return id_; }

  // The last published revision.
  uint64_t head() const { return head_.load(std::memory_order_acquire); }
  // The revisions that a cursor can read, here or in the store. If no position is known, the floor
  // is above the head.
  RetainedRevisions retained() const ABSL_LOCKS_EXCLUDED(log_mutex_);

  // See Log::Read. Absent for history that memory has dropped, and for that of a deleted
  // namespace.
  std::optional<std::vector<ChunkTail>> Read(PartPosition from, size_t max_bytes) const
      ABSL_LOCKS_EXCLUDED(log_mutex_);
  // The same from the store, if that has been read; null: not yet. AskOlder then requests it, and
  // the channel moves once it has been read. REQUIRES: `from` is retained, but not in memory.
  std::shared_ptr<const Stretch> FindOlder(PartPosition from) const {
    return older_->Find(id_, from);
  }
  std::shared_ptr<const Stretch> AskOlder(PartPosition from) const {
    return older_->FindOrAsk(id_, namespace_name_, from);
  }

  // The group of that filter, which lives as long as it is referenced; null for a filter that
  // everything passes.
  std::shared_ptr<FilterGroup> GroupOf(const Filter& filter) { return groups_->Of(filter); }
  // Whether there is memory for a group of that filter.
  bool HasRoomFor(const Filter& filter) const { return groups_->HasRoomFor(filter); }

  struct Appended {
    size_t drops = 0;
    size_t bytes = 0;
  };

  // The methods below are for one thread at a time.

  // Continues after the history that the store retains. REQUIRES: nothing was ever appended.
  void BeginAt(RetainedRevisions retained) ABSL_LOCKS_EXCLUDED(log_mutex_);
  // The namespace was deleted, or follows a deleted one: `revision` becomes its head, and nothing
  // up to it can be read. REQUIRES: not below the head.
  void SkipTo(uint64_t revision) ABSL_LOCKS_EXCLUDED(log_mutex_);
  // The revisions of an earlier namespace of this name are unknown: so is every position. REQUIRES:
  // nothing was ever appended.
  void ForgetPast() ABSL_LOCKS_EXCLUDED(log_mutex_);
  // History up to `floor` is no longer retained.
  void Forget(uint64_t floor) ABSL_LOCKS_EXCLUDED(log_mutex_);
  // See Log.
  Appended Append(Log::Chunks chunks, uint64_t head, absl::Duration now)
      ABSL_LOCKS_EXCLUDED(log_mutex_);
  size_t DropOldest() ABSL_LOCKS_EXCLUDED(log_mutex_);

 private:
  const std::string namespace_name_;
  const uint64_t id_;
  CatchUp* const older_;
  const std::shared_ptr<FilterGroups> groups_;
  std::atomic<uint64_t> head_ = 0;  // moves after the log has

  mutable Mutex log_mutex_;
  Log log_ ABSL_GUARDED_BY(log_mutex_);
  uint64_t floor_ ABSL_GUARDED_BY(log_mutex_) = 0;    // of what is retained
  uint64_t skipped_ ABSL_GUARDED_BY(log_mutex_) = 0;  // nothing up to it can be read
};

// Limits the history that all namespaces together keep in memory. The oldest is dropped first, in
// whole revisions; the newest is kept whatever its size.
//
// Thread-compatible.
class Window {
 public:
  explicit Window(size_t max_bytes) : max_bytes_(max_bytes) {}

  // `channel` has more history.
  void Add(const std::shared_ptr<Channel>& channel, Channel::Appended appended);

  // Drops the history that exceeds the limit.
  void Shrink();

  size_t bytes() const { return bytes_; }

 private:
  const size_t max_bytes_;
  size_t bytes_ = 0;
  std::deque<std::shared_ptr<Channel>> oldest_first_;  // one place per DropOldest
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_CHANNEL_H_
