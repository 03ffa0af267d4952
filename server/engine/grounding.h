// Grounding: which ghosts are needed, because something that stands by itself was computed from
// them.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_GROUNDING_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_GROUNDING_H_

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "server/engine/graph.h"

namespace cache_invalidation::engine {

class Freshness;

// Searches the dependents of a ghost, through further ghosts, and remembers what it found out of
// each, so that all searches together look at every edge once. Ghosts that only lead to each other
// ground nothing.
//
// What it remembers holds at one engine time, until the state changes. Ending what did not count
// any more, an expired declaration or a ghost that nothing needs, is no change. Thread-compatible.
//
// Beyond `steps` edges, which several of them may share, it searches no further: what is not known
// then counts as needed.
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
