#ifndef CACHE_INVALIDATION_SERVER_ENGINE_WALK_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_WALK_H_

#include <vector>

#include "absl/container/flat_hash_set.h"
#include "server/engine/graph.h"

namespace cache_invalidation::engine {

// Keys of the graph that are still to be looked at, each once. A loop over it goes where recursion
// cannot: the graph may be deeper than a thread's stack.
//
//   Walk walk;
//   walk.Add(first);
//   while (const Key* key = walk.Next()) ...  // adds where the key leads
//
// Thread-compatible.
class Walk {
 public:
  // Does nothing for a key that was added or skipped before.
  void Add(const Key& key) {
    if (seen_.insert(&key).second) waiting_.push_back(&key);
  }

  // Takes the key as looked at.
  void Skip(const Key& key) { seen_.insert(&key); }

  // Null if none is left. In no particular order.
  const Key* Next() {
    if (waiting_.empty()) return nullptr;
    const Key* next = waiting_.back();
    waiting_.pop_back();
    return next;
  }

 private:
  std::vector<const Key*> waiting_;
  absl::flat_hash_set<const Key*> seen_;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_WALK_H_
