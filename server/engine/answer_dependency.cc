#include <algorithm>
#include <tuple>
#include <vector>

#include "server/engine/answer.h"

namespace cache_invalidation::engine {
namespace {

struct FoundEdge {
  const Key* key;
  const Edge* edge;
};

// The order in which edges are listed: by dependent, then kind, then name.
auto PlaceOf(const FoundEdge& found) {
  const Node& source = *found.edge->source;
  return std::make_tuple(absl::string_view(found.key->name), source.kind,
                         absl::string_view(source.name));
}

DependencyEdge ReplyOf(const FoundEdge& found, const Freshness& freshness) {
  const Edge& edge = *found.edge;
  DependencyEdge reply;
  reply.key = found.key->name;
  reply.depends_on_kind = edge.source->kind;
  reply.depends_on = edge.source->name;
  reply.declared = edge.declared_at(freshness.now());
  reply.owned = edge.owned && freshness.OwnsActively(*found.key);
  if (reply.declared && edge.expires != absl::InfiniteFuture()) reply.expires = edge.expires;
  return reply;
}

std::vector<FoundEdge> FindEdges(const State& state, const ListCacheDependencies& query) {
  std::vector<FoundEdge> found;
  const Key* key = state.graph.FindKey(query.name);
  if (!query.dependents) {
    if (key == nullptr) return found;
    for (const Edge& edge : key->depends_on) found.push_back({key, &edge});
    return found;
  }
  const auto add = [&found](const Node* source) {
    if (source == nullptr || !source->has_dependents()) return;
    for (const Key* dependent : *source->dependents) {
      found.push_back({dependent, dependent->FindEdge(source)});
    }
  };
  add(key);
  add(state.graph.FindTag(query.name));
  return found;
}

}  // namespace

Reply Answer(const State& state, const ListCacheDependencies& query, absl::Time now) {
  const Freshness freshness = state.freshness_at(now);
  std::vector<FoundEdge> found = FindEdges(state, query);
  const auto after = std::make_tuple(query.after_key, query.after_kind, query.after_name);
  const auto skipped = [&](const FoundEdge& edge) {
    return !freshness.IsActive(*edge.key, *edge.edge) ||
           (!query.after_key.empty() && PlaceOf(edge) <= after);
  };
  found.erase(std::remove_if(found.begin(), found.end(), skipped), found.end());
  std::sort(found.begin(), found.end(),
            [](const FoundEdge& a, const FoundEdge& b) { return PlaceOf(a) < PlaceOf(b); });
  ListCacheDependenciesReply reply;
  reply.more = found.size() > query.limit;
  if (reply.more) found.resize(query.limit);
  for (const FoundEdge& edge : found) reply.edges.push_back(ReplyOf(edge, freshness));
  return reply;
}

}  // namespace cache_invalidation::engine
