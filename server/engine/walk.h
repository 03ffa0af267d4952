#ifndef CACHE_INVALIDATION_SERVER_ENGINE_WALK_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_WALK_H_

#include <vector>

#include "absl/container/flat_hash_set.h"
#include "server/engine/graph.h"

namespace cache_invalidation::engine {

// A worklist of keys to visit, each once. Replaces recursion, because the graph can be deeper than
// a thread's stack.
//
//   Walk walk;
//   walk.Add(first);
//   while (const Key* key = walk.Next()) ...  // adds where the key leads
//
// Thread-compatible.
class Walk {
 public:
  // No effect for a key that was added or skipped before.
  void Add(const Key& key) {
    if (seen_.insert(&key).second) waiting_.push_back(&key);
  }

  // Marks the key as visited.
  void Skip(const Key& key) { seen_.insert(&key); }

  // Returns the next key, in no particular order; null if none is left.
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
