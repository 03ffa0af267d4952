#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_TARGETS_CACHE_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_TARGETS_CACHE_H_

#include <cstddef>
#include <memory>

#include "server/delivery/chunk_cache.h"
#include "server/delivery/chunk_targets.h"
#include "server/delivery/literal_prefixes.h"
#include "server/wire/chunk.h"

namespace cache_invalidation::delivery {

// What the filters of a namespace share: the targets of its chunks, read from their bytes once.
// Thread-safe.
class TargetsCache {
 public:
  // See ChunkCache.
  explicit TargetsCache(size_t max_bytes) : targets_(max_bytes) {}

  std::shared_ptr<const ChunkTargets> Get(const std::shared_ptr<const wire::Chunk>& chunk) {
    return targets_.Get(*chunk, [&] { return ChunkTargets(chunk, prefixes_); });
  }

 private:
  LiteralPrefixes prefixes_;  // its lock is taken after that of targets_
  ChunkCache<ChunkTargets> targets_;
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_TARGETS_CACHE_H_
