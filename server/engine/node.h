// SPDX-License-Identifier: Apache-2.0

// Node: a key or a tag, which can be invalidated and depended on, by name.
// EdgeList: what one key was computed from.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_NODE_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_NODE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/container/btree_set.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
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

// A dependency of one key on `source`: declared, owned by the key's entry, or both.
struct Edge {
  Node* source = nullptr;
  bool declared = false;
  bool owned = false;
  absl::Time expires = absl::InfiniteFuture();  // of the declaration

  bool declared_at(absl::Time now) const { return declared && expires > now; }
};

// The position of an edge among those of its key: keys before tags, each kind by name.
struct EdgePlace {
  NameKind kind = NameKind::kKey;
  absl::string_view name;

  bool operator<(const EdgePlace& other) const {
    return kind != other.kind ? kind < other.kind : name < other.name;
  }
};
inline EdgePlace PlaceOf(const Edge& edge) { return {edge.source->kind, edge.source->name}; }

// The edges of one key, at most one per source, ordered by EdgePlace, so that a walk depends only
// on names and can stop and resume. Most keys have a few edges, some have very many; every
// operation is logarithmic in their number.
//
// Adding or removing an edge invalidates iterators and pointers to all of them. Thread-compatible.
class EdgeList {
  struct Before {
    using is_transparent = void;
    bool operator()(const Edge& a, const Edge& b) const { return PlaceOf(a) < PlaceOf(b); }
    bool operator()(const Edge& a, const EdgePlace& b) const { return PlaceOf(a) < b; }
    bool operator()(const EdgePlace& a, const Edge& b) const { return a < PlaceOf(b); }
  };
  using Edges = absl::btree_set<Edge, Before>;

 public:
  using const_iterator = Edges::const_iterator;

  const_iterator begin() const { return edges_.begin(); }
  const_iterator end() const { return edges_.end(); }
  size_t size() const { return edges_.size(); }
  bool empty() const { return edges_.empty(); }

  // Returns end() if there is none.
  const_iterator Find(const Node& source) const {
    // Up to this size a linear walk, which compares no names, is faster than a search.
    constexpr size_t kFewEdges = 16;
    if (edges_.size() > kFewEdges) return edges_.find(EdgePlace{source.kind, source.name});
    return std::find_if(edges_.begin(), edges_.end(),
                        [&source](const Edge& edge) { return edge.source == &source; });
  }
  // The first edge at or after the place; the first edge after it.
  const_iterator From(const EdgePlace& place) const { return edges_.lower_bound(place); }
  const_iterator Behind(const EdgePlace& place) const { return edges_.upper_bound(place); }

  // Adds an edge that is neither declared nor owned. REQUIRES: there is none to that source.
  const_iterator Add(Node& source) { return edges_.insert(Edge{.source = &source}).first; }
  // Returns the next edge.
  const_iterator Remove(const_iterator edge) { return edges_.erase(edge); }
  // For changing anything but the source.
  Edge& At(const_iterator edge) { return const_cast<Edge&>(*edge); }

 private:
  Edges edges_;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_NODE_H_
