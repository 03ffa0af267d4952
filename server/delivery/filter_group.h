#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_FILTER_GROUP_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_FILTER_GROUP_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "server/delivery/chunk_cache.h"
#include "server/delivery/filter.h"
#include "server/delivery/targets_cache.h"
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
  FilterGroup(std::shared_ptr<const Filter> filter, std::shared_ptr<TargetsCache> targets);

  const Filter& filter() const { return *filter_; }

  // REQUIRES: a chunk of the group's namespace.
  std::shared_ptr<const PassingParts> Passing(const std::shared_ptr<const wire::Chunk>& chunk);

 private:
  const std::shared_ptr<const Filter> filter_;
  const std::shared_ptr<TargetsCache> targets_;
  ChunkCache<PassingParts> passing_;  // its lock is taken before that of targets_
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_FILTER_GROUP_H_
