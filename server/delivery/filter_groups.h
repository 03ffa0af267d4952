// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_FILTER_GROUPS_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_FILTER_GROUPS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "common/mutex.h"
#include "server/delivery/chunk_targets.h"
#include "server/delivery/filter.h"
#include "server/wire/chunk.h"

namespace cache_invalidation::delivery {

// The parts of a chunk that pass a filter, as runs of consecutive parts, in order.
struct PassingParts {
  struct Run {
    uint32_t begin = 0;
    uint32_t end = 0;  // after the last

    bool operator==(const Run&) const = default;
  };
  std::vector<Run> runs;

  size_t bytes() const { return sizeof(*this) + runs.capacity() * sizeof(Run); }
};

// The subscribers of one namespace that have the same filter: each chunk is filtered once for all
// of them. Thread-safe.
class FilterGroup {
 public:
  // `targets` is shared by the groups of a namespace, so that each chunk is decoded once.
  FilterGroup(std::shared_ptr<const Filter> filter, std::shared_ptr<TargetsCache> targets)
      : filter_(std::move(filter)), targets_(std::move(targets)), passing_(kPassingBytes) {}

  const Filter& filter() const { return *filter_; }

  // REQUIRES: a chunk of the group's namespace.
  std::shared_ptr<const PassingParts> Passing(const std::shared_ptr<const wire::Chunk>& chunk);

 private:
  // Size of a group's cache: enough for the chunks that accumulate while every stream takes a turn,
  // and little enough for one group per subscriber.
  static constexpr size_t kPassingBytes = 64 << 10;

  const std::shared_ptr<const Filter> filter_;
  const std::shared_ptr<TargetsCache> targets_;
  ChunkCache<PassingParts> passing_;  // its lock is taken before that of targets_
};

// The memory that the filters of all namespaces may take, and take.
struct FilterMemory {
  // 10,000 subscriptions with a filter of 25 KB each. A filter can be a hundred times as large.
  size_t max_bytes = size_t{256} << 20;
  std::atomic<size_t> bytes = 0;
};

// The filter groups of a namespace: one for each filter that is in use. A group and its filter are
// removed with the last reference.
//
// Thread-safe. Its lock is taken last.
class FilterGroups : public std::enable_shared_from_this<FilterGroups> {
 public:
  FilterGroups(std::shared_ptr<TargetsCache> targets, std::shared_ptr<FilterMemory> memory)
      : targets_(std::move(targets)), memory_(std::move(memory)) {}

  // Whether Of may be called with this filter: one that is in use, or one that fits. As in the
  // mailbox of a shard, no namespace may hold more than all together leave free.
  bool HasRoomFor(const Filter& filter) const ABSL_LOCKS_EXCLUDED(mutex_);

  // Null for a filter that everything passes.
  std::shared_ptr<FilterGroup> Of(const Filter& filter) ABSL_LOCKS_EXCLUDED(mutex_);

  size_t size() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // Compared by value.
  using FilterPointer = std::shared_ptr<const Filter>;
  struct Hash {
    size_t operator()(const FilterPointer& filter) const { return absl::Hash<Filter>()(*filter); }
  };
  struct Equal {
    bool operator()(const FilterPointer& a, const FilterPointer& b) const { return *a == *b; }
  };

  using Groups = absl::flat_hash_map<FilterPointer, std::weak_ptr<FilterGroup>, Hash, Equal>;

  void Remove(const FilterPointer& filter) ABSL_LOCKS_EXCLUDED(mutex_);
  void Erase(Groups::iterator group) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<TargetsCache> targets_;
  const std::shared_ptr<FilterMemory> memory_;
  mutable Mutex mutex_;
  Groups groups_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;  // of the filters of this namespace
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_FILTER_GROUPS_H_
