#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_CHUNK_TARGETS_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_CHUNK_TARGETS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "server/delivery/filter.h"
#include "server/delivery/literal_prefixes.h"
#include "server/wire/chunk.h"
#include "server/wire/event_codec.h"

namespace cache_invalidation::delivery {

// The targets that the parts of a chunk hit, decoded once for all filters. Immutable,
// thread-safe.
class ChunkTargets {
 public:
  // `prefixes`: used by the constructor only.
  ChunkTargets(std::shared_ptr<const wire::Chunk> chunk, LiteralPrefixes& prefixes);

  // Whether any target of that part passes: a part passes as a whole or not at all.
  bool Passes(size_t part, const Filter& filter) const;

  // Its size in memory, including the chunk, which it keeps alive: it may be the only holder of a
  // chunk that was read from the store.
  size_t bytes() const;

 private:
  const std::shared_ptr<const wire::Chunk> chunk_;  // the targets point into it
  std::vector<wire::PartTarget> targets_;  // a pattern is represented by its literal prefix
  std::vector<uint32_t> first_target_;     // of each part, and the end
  std::deque<std::string> literal_prefixes_;
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_CHUNK_TARGETS_H_
