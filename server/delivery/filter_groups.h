#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_FILTER_GROUPS_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_FILTER_GROUPS_H_

#include <cstddef>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "common/mutex.h"
#include "server/delivery/filter.h"
#include "server/delivery/filter_group.h"
#include "server/delivery/targets_cache.h"

namespace cache_invalidation::delivery {

// The filter groups of a namespace: one for each filter that is in use. A group and its filter are
// removed with the last reference.
//
// Thread-safe. Its lock is taken last.
class FilterGroups : public std::enable_shared_from_this<FilterGroups> {
 public:
  explicit FilterGroups(std::shared_ptr<TargetsCache> targets) : targets_(std::move(targets)) {}

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

  void Remove(const FilterPointer& filter) ABSL_LOCKS_EXCLUDED(mutex_);

  const std::shared_ptr<TargetsCache> targets_;
  mutable Mutex mutex_;
  absl::flat_hash_map<FilterPointer, std::weak_ptr<FilterGroup>, Hash, Equal> groups_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_FILTER_GROUPS_H_
