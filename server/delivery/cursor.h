#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_CURSOR_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_CURSOR_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/delivery/channel.h"
#include "server/delivery/filter_group.h"
#include "server/wire/chunk.h"

namespace cache_invalidation::delivery {

// Neighbouring entries of a chunk as they are sent: a piece of an encoded SubscribeResponse.
struct Slice {
  std::shared_ptr<const wire::Chunk> chunk;
  uint32_t offset = 0;
  uint32_t size = 0;
  // The revisions of the first and the last entry.
  uint64_t first_revision = 0;
  uint64_t last_revision = 0;

  absl::string_view bytes() const { return absl::string_view(chunk->bytes).substr(offset, size); }
};

// What a cursor passed in one step.
struct Batch {
  std::vector<Slice> slices;
  size_t events = 0;  // entries in the slices
  size_t bytes = 0;   // of the slices
  // The last revision that the slices complete, and the one that they leave unfinished; 0: none.
  uint64_t completed = 0;
  uint64_t unfinished = 0;
  // When the oldest of it was published; absent if there are no slices, or if they come from the
  // store.
  std::optional<absl::Duration> oldest_published;
};

// A subscriber's place in the log of its namespace: near the head it reads what memory holds,
// farther back what the store retains.
//
// Thread-compatible.
class Cursor {
 public:
  // Begins after revision `after`. `group`: null for all entries.
  Cursor(std::shared_ptr<const Channel> channel, std::shared_ptr<FilterGroup> group,
         uint64_t after);

  // The next entries that pass: as many as fit into `max_bytes`, but at least one if there is one.
  // It looks at a bounded stretch of history, so what it answers may be empty although more
  // follows: then it is not at_head(). Absent if what follows is no longer retained.
  std::optional<Batch> Next(size_t max_bytes);

  // What follows is being read from the store: ask again when the channel has moved.
  bool waiting() const { return waiting_; }

  // Whether as many entries wait as make a stream continue by itself, or a full message.
  bool ManyWait() const;

  // Whole revisions up to here are behind it.
  uint64_t position() const { return next_.revision - 1; }
  // Whether it was behind everything published a moment ago.
  bool at_head() const { return position() >= channel_->head(); }

  void JumpTo(uint64_t revision) { next_ = FirstAfter(revision); }

 private:
  // What stands at next_ and after it, from memory or from the store; none while that is yet to be
  // read, or at the head; absent if it is no longer retained. `ask`: have it read.
  std::optional<std::vector<ChunkTail>> Read(bool ask);
  // The part of a stretch that has been published, from next_ on.
  std::vector<ChunkTail> TailsOf(const Stretch& stretch) const;
  // The runs of `tail` that pass.
  std::vector<PassingEntries::Run> Passing(const ChunkTail& tail) const;
  // Adds what fits of a run; false if something did not fit.
  bool Take(const ChunkTail& tail, PassingEntries::Run run, size_t max_bytes, Batch& batch);

  const std::shared_ptr<const Channel> channel_;
  const std::shared_ptr<FilterGroup> group_;
  EntryPosition next_;
  bool waiting_ = false;
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_CURSOR_H_
