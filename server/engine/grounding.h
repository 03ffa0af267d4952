// Grounding: which ghosts are needed, because a live entry or a declared edge was computed from
// them.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_GROUNDING_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_GROUNDING_H_

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "server/engine/graph.h"

namespace cache_invalidation::engine {

class Freshness;

// Searches the dependents of a ghost, through further ghosts, and caches what it found for each, so
// that all searches together look at every edge once. Ghosts that lead only to each other ground
// nothing.
//
// The cache is valid at one engine time, until the state changes. Ending something that did not
// count any more, such as an expired declaration or an unneeded ghost, is no change.
// Thread-compatible.
//
// `steps` is the number of edges that may still be searched; several objects can share it. Beyond
// it, ghosts whose result is not known count as needed.
class Grounding {
 public:
  explicit Grounding(uint64_t& steps) : steps_(steps) {}

  bool IsGrounded(const Key& ghost, const Freshness& freshness);

 private:
  uint64_t& steps_;
  absl::flat_hash_map<const Key*, bool> known_;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_GROUNDING_H_
