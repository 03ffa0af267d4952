// SPDX-License-Identifier: Apache-2.0

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
#include "server/delivery/filter_groups.h"
#include "server/wire/chunk.h"

namespace cache_invalidation::delivery {

// Consecutive parts of a chunk as they are sent: a piece of an encoded SubscribeResponse.
struct Slice {
  std::shared_ptr<const wire::Chunk> chunk;
  uint32_t offset = 0;
  uint32_t size = 0;
  // The revisions of the first and the last part.
  uint64_t first_revision = 0;
  uint64_t last_revision = 0;

  absl::string_view bytes() const { return absl::string_view(chunk->bytes).substr(offset, size); }
};

// The parts that a cursor passed in one step.
struct Batch {
  std::vector<Slice> slices;
  size_t events = 0;  // parts in the slices
  size_t bytes = 0;   // of the slices
  // The last revision that the slices complete, and the one that they leave unfinished; 0: none.
  uint64_t completed = 0;
  uint64_t unfinished = 0;
  // When the oldest of them was published; absent if there are none, or if they come from the
  // store.
  std::optional<absl::Duration> oldest_published;
};

// A subscriber's place in the log of its namespace: near the head it reads from memory, farther
// back from the store.
//
// Thread-compatible.
class Cursor {
 public:
  // Begins after revision `after`. `group`: null for all parts.
  Cursor(std::shared_ptr<const Channel> channel, std::shared_ptr<FilterGroup> group,
         uint64_t after);

  // The next parts that pass the filter: as many as fit into `max_bytes`, but at least one if
  // there is one. Looks at a bounded stretch of history, so the result may be empty although more
  // follows: then the cursor is not at_head(). Absent if the parts that follow are no longer
  // retained.
  std::optional<Batch> Next(size_t max_bytes);

  // The next parts are being read from the store: call Next again when the channel has moved.
  bool waiting() const { return waiting_; }

  // Whether enough parts wait for a stream to continue by itself, or for a full message.
  bool ManyWait() const;

  // The last revision that it has passed completely.
  uint64_t position() const { return next_.revision - 1; }
  // Whether it has passed everything that was published when this is called.
  bool at_head() const { return position() >= channel_->head(); }

  const std::shared_ptr<FilterGroup>& group() const { return group_; }

  void JumpTo(uint64_t revision) { next_ = FirstAfter(revision); }

 private:
  // The chunks at next_ and after it, from memory or from the store; none at the head, or while
  // they are being read; absent if they are no longer retained. `ask`: request them from the store.
  std::optional<std::vector<ChunkTail>> Read(bool ask);
  // The published part of a stretch, from next_ on.
  std::vector<ChunkTail> TailsOf(const Stretch& stretch) const;
  // The runs of `tail` that pass the filter.
  std::vector<PassingParts::Run> Passing(const ChunkTail& tail) const;
  // Adds the parts of a run that fit; false if some did not.
  bool Take(const ChunkTail& tail, PassingParts::Run run, size_t max_bytes, Batch& batch);

  const std::shared_ptr<const Channel> channel_;
  const std::shared_ptr<FilterGroup> group_;
  PartPosition next_;
  bool waiting_ = false;
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_CURSOR_H_
