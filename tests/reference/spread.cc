// SPDX-License-Identifier: Apache-2.0

#include "tests/reference/spread.h"

namespace cache_invalidation::reference {
namespace {

using engine::NameKind;
using engine::TargetKind;

bool HitsTag(const TargetName& target, const std::string& tag) {
  return target.first == TargetKind::kTag && AtOrBelow(tag, target.second);
}

// Whether a target is or hits what an edge leads to, so that the edge is followed.
bool HitsNode(const State& state, const TargetName& target, const Node& node) {
  const auto& [type, name] = target;
  if (node.kind == NameKind::kTag) return HitsTag(target, node.name);
  if (type == TargetKind::kKey && name == node.name) return true;
  if (type == TargetKind::kPattern && Matches(name, node.name)) return true;
  auto entry = state.entries.find(node.name);
  if (entry == state.entries.end()) return false;
  for (const std::string& tag : entry->second.tags) {
    if (HitsTag(target, tag)) return true;
  }
  return false;
}

// The keys, and the tags that edges name, that the targets hit.
std::set<Node> Roots(const State& state, const std::set<Edge>& edges,
                     const std::set<TargetName>& targets) {
  std::set<Node> nodes, roots;
  for (const Edge& edge : edges) nodes.insert(edge.depends_on());
  for (const std::string& key : KnownKeys(state)) nodes.insert({key, NameKind::kKey});
  for (const Node& node : nodes) {
    for (const TargetName& target : targets) {
      if (HitsNode(state, target, node)) roots.insert(node);
    }
  }
  for (const auto& [type, name] : targets) {
    if (type == TargetKind::kKey) roots.insert({name, NameKind::kKey});
  }
  return roots;
}

struct Walk {
  std::set<Node> visited;
  std::map<std::string, Dependent> dependents;
};

// Goes on from `level` to the keys that depend on it, and so on. Leaves alone what `earlier` saw.
void Spread(const std::set<Edge>& edges, std::set<Node> level, engine::InvalidationKind kind,
            const std::set<Node>& earlier, Walk& walk) {
  while (!level.empty()) {
    walk.visited.insert(level.begin(), level.end());
    std::map<std::string, Node> found;  // dependent -> the smallest it was reached from
    for (const Edge& edge : edges) {
      const Node node = edge.depends_on();
      if (!level.contains(node) || walk.dependents.contains(edge.key) ||
          earlier.contains({edge.key, NameKind::kKey})) {
        continue;
      }
      auto [position, added] = found.insert({edge.key, node});
      if (!added && node < position->second) position->second = node;
    }
    level.clear();
    for (const auto& [key, from] : found) {
      walk.dependents[key] = {kind, from.name};
      if (!walk.visited.contains({key, NameKind::kKey})) level.insert({key, NameKind::kKey});
    }
  }
}

}  // namespace

std::map<std::string, Dependent> Spread(const State& state, const std::set<TargetName>& evicted,
                                        const std::set<TargetName>& stale) {
  const std::set<Edge> edges = AllEdges(state);
  std::set<Edge> evicting = edges;
  // Not all copies of a mixed entry carry all of its tags, so that its key is named.
  for (const auto& [key, entry] : state.entries) {
    for (const std::string& tag : entry.tags) {
      if (entry.mixed) evicting.insert({key, NameKind::kTag, tag});
    }
  }
  Walk walk;
  Spread(evicting, Roots(state, evicting, evicted), engine::InvalidationKind::kEvict, {}, walk);
  const std::set<Node> earlier = walk.visited;
  std::set<Node> roots;
  for (const Node& node : Roots(state, edges, stale)) {
    if (!earlier.contains(node)) roots.insert(node);
  }
  Spread(edges, roots, engine::InvalidationKind::kMarkStale, earlier, walk);
  return walk.dependents;
}

}  // namespace cache_invalidation::reference
