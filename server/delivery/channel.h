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
#include "server/delivery/filter_group.h"
#include "server/delivery/filter_groups.h"
#include "server/delivery/log.h"

namespace cache_invalidation::delivery {

// One namespace as its subscribers see it: the log, and the filters they look at it through.
//
// Thread-safe. Its locks are taken last and never held while calling out.
class Channel {
 public:
  // `id`: unique in the process. `older`: where history is read that memory has dropped; null: it
  // is gone. Must outlive the channel.
  Channel(std::string namespace_name, uint64_t id, CatchUp* older = nullptr);

  const std::string& namespace_name() const { return namespace_name_; }
  uint64_t id() const { return id_; }

  // The last published revision.
  uint64_t head() const { return head_.load(std::memory_order_acquire); }
  // What a cursor can read, here or in the store. Where no position is known, the floor is above
  // the head.
  RetainedRevisions retained() const ABSL_LOCKS_EXCLUDED(log_mutex_);

  // See NamespaceLog::Read. Absent where history is older than memory, or of a namespace that was
  // deleted.
  std::optional<std::vector<ChunkTail>> Read(EntryPosition from, size_t max_bytes) const
      ABSL_LOCKS_EXCLUDED(log_mutex_);
  // The same from the store, if that has been read; null: not yet. AskOlder has it read then, and
  // the channel moves when it is there. REQUIRES: memory does not hold `from`, but it is retained.
  std::shared_ptr<const Stretch> FindOlder(EntryPosition from) const;
  std::shared_ptr<const Stretch> AskOlder(EntryPosition from) const;

  // The group of that filter, which lives as long as somebody holds it; null for a filter that
  // everything passes.
  std::shared_ptr<FilterGroup> GroupOf(const Filter& filter) { return groups_->Of(filter); }

  struct Appended {
    size_t drops = 0;
    size_t bytes = 0;
  };

  // What follows is for one thread at a time.

  // All that is retained was before this channel. REQUIRES: nothing was ever appended.
  void BeginAt(RetainedRevisions retained) ABSL_LOCKS_EXCLUDED(log_mutex_);
  // The namespace was deleted, or follows one that was: `revision` becomes its head, and nothing up
  // to there can be read. REQUIRES: not below the head.
  void SkipTo(uint64_t revision) ABSL_LOCKS_EXCLUDED(log_mutex_);
  // Nobody knows what revisions a namespace of this name had: any position is unknown. REQUIRES:
  // nothing was ever appended.
  void ForgetPast() ABSL_LOCKS_EXCLUDED(log_mutex_);
  // History up to `floor` is no longer retained.
  void Forget(uint64_t floor) ABSL_LOCKS_EXCLUDED(log_mutex_);
  // See NamespaceLog.
  Appended Append(NamespaceLog::Chunks chunks, uint64_t head, absl::Duration now)
      ABSL_LOCKS_EXCLUDED(log_mutex_);
  size_t DropOldest() ABSL_LOCKS_EXCLUDED(log_mutex_);

 private:
  const std::string namespace_name_;
  const uint64_t id_;
  CatchUp* const older_;
  const std::shared_ptr<FilterGroups> groups_;
  std::atomic<uint64_t> head_ = 0;  // moves after the log has

  mutable Mutex log_mutex_;
  NamespaceLog log_ ABSL_GUARDED_BY(log_mutex_);
  uint64_t floor_ ABSL_GUARDED_BY(log_mutex_) = 0;    // of what is retained
  uint64_t skipped_ ABSL_GUARDED_BY(log_mutex_) = 0;  // nothing up to here can be read
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_CHANNEL_H_
