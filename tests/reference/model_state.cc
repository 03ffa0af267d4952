// SPDX-License-Identifier: Apache-2.0

#include "tests/reference/model_state.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/pattern.h"

namespace cache_invalidation::reference {
namespace {

// The ghosts that a declaration or a tracked entry depends on, directly or through other ghosts.
std::set<std::string> NeededGhosts(const State& state) {
  std::set<std::string> needed;
  for (bool more = true; more;) {
    more = false;
    for (const Edge& edge : AllEdges(state)) {
      auto target = state.entries.find(edge.name);
      if (edge.kind == engine::NameKind::kTag || target == state.entries.end()) continue;
      auto owner = state.entries.find(edge.key);
      const bool owned =
          owner != state.entries.end() && owner->second.depends_on.contains(edge.depends_on());
      const bool grounded = state.declarations.contains(edge) ||
                            (owned && (!owner->second.ghost || needed.contains(edge.key)));
      if (target->second.ghost && grounded && needed.insert(edge.name).second) more = true;
    }
  }
  return needed;
}

}  // namespace

bool AtOrBelow(absl::string_view tag, absl::string_view ancestor) {
  return tag == ancestor || absl::StartsWith(tag, absl::StrCat(ancestor, ":"));
}

uint64_t WeightOf(const std::set<std::string>& tags) {
  uint64_t weight = 0;
  for (const std::string& tag : tags) {
    const auto colons = std::count(tag.begin(), tag.end(), ':');
    weight += static_cast<uint64_t>(std::max<int64_t>(1, colons));
  }
  return weight;
}

bool Matches(absl::string_view pattern, absl::string_view key) {
  absl::StatusOr<Pattern> compiled = Pattern::Compile(pattern);
  Check(compiled.ok(), "only patterns that parse reach the model");
  return compiled->Matches(key);
}

void EndDeclaration(State& state, const Edge& edge) {
  state.ends[edge.key] = state.head;
  state.declarations.erase(edge);
}

void Settle(State& state) {
  for (const auto& [edge, expires] : std::map(state.declarations)) {
    if (!expires.has_value() || *expires > state.now) continue;
    state.leftover_edges.insert(edge);
    EndDeclaration(state, edge);
  }
  std::set<std::string> ghosts;
  for (auto& [key, entry] : state.entries) {
    const bool expired = entry.expires.has_value() && *entry.expires <= state.now;
    if (expired && !entry.ghost) {
      state.leftover_entries[key] = entry;
      entry.ghost = true;
    }
    if (entry.ghost) ghosts.insert(key);
  }
  const std::set<std::string> needed = NeededGhosts(state);
  for (const std::string& key : ghosts) {
    if (needed.contains(key)) continue;
    const Entry& entry = state.entries.at(key);
    if (!entry.tags.empty() || !entry.depends_on.empty()) state.ends[key] = state.head;
    DropEntry(state, key);
  }
}

void DropEntry(State& state, const std::string& key) {
  const Entry& entry = state.entries.at(key);
  for (const Node& node : entry.depends_on) {
    state.leftover_edges.insert({key, node.kind, node.name});
  }
  state.leftover_entries.insert({key, entry});
  state.entries.erase(key);
}

const Entry* FindTracked(const State& state, const std::string& key) {
  auto entry = state.entries.find(key);
  return entry == state.entries.end() || entry->second.ghost ? nullptr : &entry->second;
}

std::set<Edge> AllEdges(const State& state) {
  std::set<Edge> edges;
  for (const auto& [edge, expires] : state.declarations) edges.insert(edge);
  for (const auto& [key, entry] : state.entries) {
    for (const Node& node : entry.depends_on) edges.insert({key, node.kind, node.name});
  }
  return edges;
}

std::set<std::string> KnownKeys(const State& state) {
  std::set<std::string> keys;
  for (const auto& [key, entry] : state.entries) keys.insert(key);
  for (const Edge& edge : AllEdges(state)) {
    keys.insert(edge.key);
    if (edge.kind == engine::NameKind::kKey) keys.insert(edge.name);
  }
  return keys;
}

uint64_t PendingTargets(const State& state) {
  uint64_t targets = 0;
  for (const auto& [name, item] : state.pending) targets += item.target;
  return targets;
}

}  // namespace cache_invalidation::reference
