#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_CHANNEL_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_CHANNEL_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "common/mutex.h"
#include "server/delivery/catch_up.h"
#include "server/delivery/filter.h"
#include "server/delivery/filter_groups.h"
#include "server/delivery/log.h"

namespace cache_invalidation::delivery {

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
  std::shared_ptr<const Stretch> FindOlder(PartPosition from) const;
  std::shared_ptr<const Stretch> AskOlder(PartPosition from) const;

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

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_CHANNEL_H_
