#include "server/engine/edge_list.h"

#include <algorithm>

namespace cache_invalidation::engine {
namespace {

// Up to this size a linear walk, which compares no names, is faster than a search.
constexpr size_t kFewEdges = 16;

}  // namespace

EdgeList::const_iterator EdgeList::Find(const Node& source) const {
  if (edges_.size() <= kFewEdges) {
    return std::find_if(edges_.begin(), edges_.end(),
                        [&source](const Edge& edge) { return edge.source == &source; });
  }
  return edges_.find(EdgePlace{source.kind, source.name});
}

}  // namespace cache_invalidation::engine
