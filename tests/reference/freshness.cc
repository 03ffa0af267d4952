#include "tests/reference/freshness.h"

#include <algorithm>

namespace cache_invalidation::reference {
namespace {

using engine::NameKind;
using engine::TargetType;

bool Hits(TargetType type, const std::string& name, const Node& node) {
  switch (type) {
    case TargetType::kEverything:
      return true;
    case TargetType::kTag:
      return node.kind == NameKind::kTag && AtOrBelow(node.name, name);
    case TargetType::kKey:
      return node.kind == NameKind::kKey && node.name == name;
    case TargetType::kPattern:
      return node.kind == NameKind::kKey && Matches(name, node.name);
  }
  return false;
}

// Whether the node itself moved.
bool NodeMoved(const State& state, const Node& node, uint64_t after) {
  for (const OwnedEvent& event : state.history) {
    if (event.revision <= after) continue;
    for (const OwnedInvalidation& target : event.invalidations) {
      if (Hits(target.type, target.name, node)) return true;
    }
  }
  for (const auto& [name, item] : state.pending) {
    if (Hits(name.first, name.second, node)) return true;
  }
  if (node.kind == NameKind::kTag) return false;
  return std::any_of(state.implied_hits.begin(), state.implied_hits.end(),
                     [&](const auto& hit) { return hit.first == node.name && hit.second > after; });
}

void AddEntry(const Entry& entry, std::set<Node>& nodes) {
  for (const std::string& tag : entry.tags) nodes.insert({tag, NameKind::kTag});
  nodes.insert(entry.depends_on.begin(), entry.depends_on.end());
}

// The nodes and all they were computed from.
std::set<Node> Closure(const State& state, std::set<Node> nodes) {
  while (true) {
    std::set<Node> next = nodes;
    for (const Node& node : nodes) {
      if (node.kind == NameKind::kTag) continue;
      auto entry = state.entries.find(node.name);
      if (entry != state.entries.end()) AddEntry(entry->second, next);
      for (const auto& [edge, expires] : state.declarations) {
        if (edge.key == node.name) next.insert(edge.depends_on());
      }
    }
    if (next == nodes) return nodes;
    nodes = next;
  }
}

bool AnyNodeMoved(const State& state, const std::set<Node>& nodes, uint64_t after) {
  return std::any_of(nodes.begin(), nodes.end(),
                     [&](const Node& node) { return NodeMoved(state, node, after); });
}

}  // namespace

bool KnownPosition(const State& state, const engine::PositionView& position) {
  return position.epoch == state.epoch && position.revision >= state.floor &&
         position.revision <= state.head;
}

Moved AnyMoved(const State& state, const std::set<Node>& nodes, uint64_t after) {
  const std::set<Node> closure = Closure(state, nodes);
  if (AnyNodeMoved(state, closure, after)) return Moved::kYes;
  std::set<Node> earlier;
  for (const Node& node : closure) {
    auto entry = state.unreclaimed.find(node.name);
    if (node.kind == NameKind::kKey && entry != state.unreclaimed.end()) {
      AddEntry(entry->second, earlier);
    }
  }
  return AnyNodeMoved(state, Closure(state, earlier), after) ? Moved::kPerhaps : Moved::kNo;
}

std::set<Node> NodesOf(const engine::DependencyNames& names) {
  std::set<Node> nodes;
  for (absl::string_view name : names.names) {
    nodes.insert({std::string(name), NameKind::kKey});
    nodes.insert({std::string(name), NameKind::kTag});
  }
  for (absl::string_view key : names.keys) nodes.insert({std::string(key), NameKind::kKey});
  for (absl::string_view tag : names.tags) nodes.insert({std::string(tag), NameKind::kTag});
  return nodes;
}

}  // namespace cache_invalidation::reference
