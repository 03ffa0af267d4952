#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_CHANNEL_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_CHANNEL_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "common/mutex.h"
#include "server/delivery/filter.h"
#include "server/delivery/filter_group.h"
#include "server/delivery/log.h"

namespace cache_invalidation::delivery {

// One namespace as its subscribers see it: the log, and the filters they look at it through.
//
// Thread-safe. Its locks are taken last and never held while calling out.
class Channel {
 public:
  // `id`: unique in the process.
  Channel(std::string namespace_name, uint64_t id);

  const std::string& namespace_name() const { return namespace_name_; }
  uint64_t id() const { return id_; }

  // The last published revision.
  uint64_t head() const { return head_.load(std::memory_order_acquire); }
  RetainedRevisions retained() const ABSL_LOCKS_EXCLUDED(log_mutex_);

  // See NamespaceLog::Read. Absent is where history is older than memory: a reader of the store
  // would answer instead.
  absl::optional<std::vector<ChunkTail>> Read(EntryPosition from, size_t max_bytes) const
      ABSL_LOCKS_EXCLUDED(log_mutex_);

  // The group of that filter, which lives as long as somebody holds it; null for a filter that
  // everything passes.
  std::shared_ptr<FilterGroup> GroupOf(const Filter& filter) ABSL_LOCKS_EXCLUDED(groups_mutex_);

  // What a log change did to memory.
  struct Appended {
    size_t drops = 0;
    size_t bytes = 0;
  };
  struct Dropped {
    uint64_t floor = 0;
    size_t bytes = 0;
  };

  // See NamespaceLog. From one thread at a time.
  void BeginAt(uint64_t floor) ABSL_LOCKS_EXCLUDED(log_mutex_);
  Appended Append(NamespaceLog::Chunks chunks, uint64_t head, absl::Duration now)
      ABSL_LOCKS_EXCLUDED(log_mutex_);
  Dropped DropOldest() ABSL_LOCKS_EXCLUDED(log_mutex_);

 private:
  const std::string namespace_name_;
  const uint64_t id_;
  const std::shared_ptr<FilterGroup::TargetsCache> targets_;
  std::atomic<uint64_t> head_ = 0;  // moves after the log has

  mutable Mutex log_mutex_;
  NamespaceLog log_ ABSL_GUARDED_BY(log_mutex_);

  Mutex groups_mutex_;
  absl::flat_hash_map<Filter, std::weak_ptr<FilterGroup>> groups_ ABSL_GUARDED_BY(groups_mutex_);
  size_t groups_after_sweep_ ABSL_GUARDED_BY(groups_mutex_) = 0;
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_CHANNEL_H_
