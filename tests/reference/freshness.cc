// SPDX-License-Identifier: Apache-2.0

#include "tests/reference/freshness.h"

#include <algorithm>

namespace cache_invalidation::reference {
namespace {

using engine::NameKind;
using engine::TargetKind;

bool Hits(TargetKind target, const std::string& name, const Node& node) {
  switch (target) {
    case TargetKind::kEverything:
      return true;
    case TargetKind::kTag:
      return node.kind == NameKind::kTag && AtOrBelow(node.name, name);
    case TargetKind::kKey:
      return node.kind == NameKind::kKey && node.name == name;
    case TargetKind::kPattern:
      return node.kind == NameKind::kKey && Matches(name, node.name);
  }
  return false;
}

void AddEntry(const Entry& entry, std::set<Node>& nodes) {
  for (const std::string& tag : entry.tags) nodes.insert({tag, NameKind::kTag});
  nodes.insert(entry.depends_on.begin(), entry.depends_on.end());
}

// The nodes and all they were computed from.
std::set<Node> Closure(const State& state, std::set<Node> nodes, const std::string& except) {
  while (true) {
    std::set<Node> next = nodes;
    for (const Node& node : nodes) {
      if (node.kind == NameKind::kTag || node.name == except) continue;
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

}  // namespace

Moved EndMoved(const State& state, const std::string& key, uint64_t after) {
  const auto end = state.ends.find(key);
  if (end != state.ends.end() && end->second >= after) return Moved::kYes;
  const bool forgets = state.ends.size() > state.limits.remembered_ends;
  return end != state.ends.end() || forgets ? Moved::kPerhaps : Moved::kNo;
}

bool KnownPosition(const State& state, const engine::PositionView& position) {
  return position.epoch == state.epoch && position.revision >= state.floor &&
         position.revision <= state.head;
}

Moved SelfMoved(const State& state, const Node& node, uint64_t after) {
  for (const auto& event : state.history) {
    if (event->revision <= after) continue;
    for (const OwnedInvalidation& target : event->invalidations) {
      if (Hits(target.target, target.name, node)) return Moved::kYes;
    }
  }
  for (const auto& [name, item] : state.pending) {
    if (Hits(name.first, name.second, node)) return Moved::kYes;
  }
  if (node.kind == NameKind::kKey && state.any_key > after) return Moved::kYes;
  Moved moved = Moved::kNo;
  for (const ImpliedHit& hit : state.implied_hits) {
    if (node != Node{hit.key, NameKind::kKey} || hit.revision <= after) continue;
    moved = std::max(moved, hit.certain ? Moved::kYes : Moved::kPerhaps);
  }
  return moved;
}

Moved AnyMoved(const State& state, const std::set<Node>& nodes, uint64_t after,
               const std::string& except, const std::string& filled) {
  Moved moved = Moved::kNo;
  for (const Node& node : Closure(state, nodes, except)) {
    moved = std::max(moved, SelfMoved(state, node, after));
    if (node.kind == NameKind::kTag || node.name == filled) continue;
    moved = std::max(moved, EndMoved(state, node.name, after));
    const auto entry = state.entries.find(node.name);
    if (entry != state.entries.end() && entry->second.stale) moved = Moved::kYes;
  }
  return moved;
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
