// Node: a key or a tag, which can be invalidated and depended on, by name.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_NODE_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_NODE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/container/btree_set.h"
#include "absl/strings/string_view.h"
#include "server/engine/query.h"

namespace cache_invalidation::engine {

struct Key;

// Orders keys by name and compares them with names. Addresses are never compared: they differ from
// run to run.
struct KeyBefore {
  using is_transparent = void;
  bool operator()(const Key* a, const Key* b) const;
  bool operator()(const Key* a, absl::string_view b) const;
  bool operator()(absl::string_view a, const Key* b) const;
};
using KeySet = absl::btree_set<Key*, KeyBefore>;

// What keys and tags have in common.
struct Node {
  Node(NameKind kind, absl::string_view name) : kind(kind), name(name) {}

  const NameKind kind;
  const std::string name;
  // The last revisions that evicted it or marked it stale; 0 if none is remembered. Values up to
  // the floor have no effect, because they are only compared with later revisions.
  uint64_t evicted = 0;
  uint64_t staled = 0;
  // Keys with an edge to it; null if there are none.
  std::unique_ptr<KeySet> dependents;

  bool has_dependents() const { return dependents != nullptr; }
  uint64_t last_revision() const { return evicted > staled ? evicted : staled; }
};

// Orders by name, a tag before the key of the same name.
inline bool NodeBefore(const Node& a, const Node& b) {
  if (a.name != b.name) return a.name < b.name;
  return a.kind == NameKind::kTag && b.kind == NameKind::kKey;
}

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_NODE_H_
