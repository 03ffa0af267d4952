// EdgeList: what one key was computed from.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_EDGE_LIST_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_EDGE_LIST_H_

#include <cstddef>

#include "absl/container/btree_set.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/engine/node.h"

namespace cache_invalidation::engine {

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
  const_iterator Find(const Node& source) const;
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

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_EDGE_LIST_H_
