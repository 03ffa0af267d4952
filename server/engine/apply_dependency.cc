// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/engine/apply.h"
#include "server/engine/emission.h"
#include "server/engine/lint.h"
#include "server/engine/tracking.h"

namespace cache_invalidation::engine {
namespace {

bool EdgeBefore(const Node* a, const Node* b) {
  return EdgePlace{a->kind, a->name} < EdgePlace{b->kind, b->name};
}

// The nodes of the names, added to the graph if new. Each once, in the order of edges.
std::vector<Node*> AddSources(State& state, const DependencyNames& names) {
  std::vector<Node*> sources;
  for (absl::string_view name : names.names) {
    sources.push_back(&state.graph.AddKey(name));
    sources.push_back(&state.graph.AddTag(name));
  }
  for (absl::string_view name : names.keys) sources.push_back(&state.graph.AddKey(name));
  for (absl::string_view name : names.tags) sources.push_back(&state.graph.AddTag(name));
  std::sort(sources.begin(), sources.end(), EdgeBefore);
  sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
  for (Node* source : sources) {
    if (source->kind == NameKind::kKey) Settle(state, static_cast<Key&>(*source));
  }
  return sources;
}

// The number of declarations that the command would add. Repeated names count once.
uint64_t CountNew(const State& state, const AddCacheDependency& command) {
  const Key* key = state.graph.FindKey(command.key);
  const auto is_new = [key](const Node* source) {
    if (key == nullptr || source == nullptr) return true;
    const Edge* edge = key->FindEdge(source);
    return edge == nullptr || !edge->declared;
  };
  const DependencyNames& names = command.depends_on;
  absl::flat_hash_set<absl::string_view> keys(names.names.begin(), names.names.end());
  absl::flat_hash_set<absl::string_view> tags = keys;
  keys.insert(names.keys.begin(), names.keys.end());
  tags.insert(names.tags.begin(), names.tags.end());
  uint64_t count = 0;
  for (absl::string_view name : keys) count += is_new(state.graph.FindKey(name));
  for (absl::string_view name : tags) count += is_new(state.graph.FindTag(name));
  return count;
}

// Returns OK, or the limit that the command would exceed.
absl::Status CheckRoom(const State& state, const AddCacheDependency& command) {
  const DependencyNames& names = command.depends_on;
  const uint64_t most = 2 * names.names.size() + names.keys.size() + names.tags.size();
  const uint64_t declared = state.graph.declared_edges();
  const Key* key = state.graph.FindKey(command.key);
  const uint64_t edges = key == nullptr ? 0 : key->depends_on.size();
  const Limits& limits = state.limits;
  // Exact counting only pays near a limit.
  if (declared + most <= limits.declared_edges && edges + most <= limits.declared_edges_of_key) {
    return absl::OkStatus();
  }
  const uint64_t added = CountNew(state, command);
  if (declared + added > limits.declared_edges) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the namespace would hold more than ", limits.declared_edges,
                     " declared dependencies; remove some, or give them a ttl"));
  }
  const uint64_t of_key = key == nullptr
                              ? 0
                              : std::count_if(key->depends_on.begin(), key->depends_on.end(),
                                              [](const Edge& edge) { return edge.declared; });
  if (of_key + added > limits.declared_edges_of_key) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the key would have more than ", limits.declared_edges_of_key,
                     " declared dependencies; remove some, give them a ttl, or depend on a tag "
                     "above them"));
  }
  return absl::OkStatus();
}

// Whether what the command names was computed from the key, as far as that may be searched. The
// search goes from sources to their sources: a key can have any number of dependents, but was
// computed from few keys.
bool ClosesCycle(const State& state, const AddCacheDependency& command) {
  const Freshness freshness = state.freshness();
  Walk sources;
  const auto add = [&](absl::string_view name) { sources.Add(*state.graph.FindKey(name)); };
  for (absl::string_view name : command.depends_on.names) add(name);
  for (absl::string_view name : command.depends_on.keys) add(name);
  uint64_t left = state.limits.checked_names;
  while (const Key* key = sources.Next()) {
    if (key->name == command.key) return true;
    for (const Edge& edge : key->depends_on) {
      if (left-- == 0) return false;
      if (edge.source->kind != NameKind::kKey || !freshness.IsActive(*key, edge)) continue;
      sources.Add(static_cast<const Key&>(*edge.source));
    }
  }
  return false;
}

bool HasMoved(const State& state, const AddCacheDependency& command) {
  if (!command.position.has_value()) return false;
  if (!IsKnownPosition(state, *command.position)) return true;
  const Footprint footprint = FootprintOf(command.depends_on);
  Freshness freshness = state.freshness();
  freshness.set_may_check(state.limits.checked_names);
  return !freshness.FirstMoved(footprint, command.position->revision).empty();
}

// The declared edges among those that the command names, in their order.
std::vector<const Node*> NamedSources(const State& state, const DependencyNames& names) {
  std::vector<const Node*> sources;
  const auto add = [&sources](const Node* source) {
    if (source != nullptr) sources.push_back(source);
  };
  for (absl::string_view name : names.names) {
    add(state.graph.FindKey(name));
    add(state.graph.FindTag(name));
  }
  for (absl::string_view name : names.keys) add(state.graph.FindKey(name));
  for (absl::string_view name : names.tags) add(state.graph.FindTag(name));
  std::sort(sources.begin(), sources.end(), EdgeBefore);
  return sources;
}

uint32_t UndeclareAll(State& state, Key& key) {
  uint32_t removed = 0;
  for (auto at = key.depends_on.begin(); at != key.depends_on.end();) {
    removed += at->declared;
    at = at->declared ? state.graph.Undeclare(key, at) : std::next(at);
  }
  return removed;
}

}  // namespace

ApplyResult Apply(State& state, const AddCacheDependency& command, std::vector<Event>& events) {
  if (absl::Status room = CheckRoom(state, command); !room.ok()) return room;
  AddCacheDependencyResult result;
  Key& key = state.graph.AddKey(command.key);
  Settle(state, key);
  const absl::Time expires =
      command.ttl.has_value() ? state.meta.now + *command.ttl : absl::InfiniteFuture();
  for (Node* source : AddSources(state, command.depends_on)) {
    const Edge* edge = key.FindEdge(source);
    if (edge != nullptr && edge->declared && !edge->declared_at(state.meta.now)) {
      NoteEnd(state, key);  // the old declaration had expired
    }
    if (state.graph.Declare(key, *source, expires, state.meta.now)) ++result.added;
  }
  if (ClosesCycle(state, command)) {
    result.warnings.push_back(
        absl::StrCat("the dependencies of ", command.key, " form a cycle that leads back to it"));
  }
  for (std::string& warning : LintDependencies(command.depends_on)) {
    result.warnings.push_back(std::move(warning));
  }
  if (HasMoved(state, command)) {
    result.invalidated = true;
    Emission emission(state, EventSource::kDependencyMoved);
    emission.Add(InvalidationKind::kEvict, TargetKind::kKey, command.key,
                 Cause{CauseStep::kDependencyMoved, ""});
    emission.Commit(events);
  }
  result.revision = state.meta.head;
  return result;
}

ApplyResult Apply(State& state, const RemoveCacheDependency& command, std::vector<Event>&) {
  RemoveCacheDependencyResult result;
  Key* key = state.graph.FindKey(command.key);
  if (key == nullptr) return result;
  Settle(state, *key);
  if (command.depends_on.empty()) {
    result.removed = UndeclareAll(state, *key);
  } else {
    for (const Node* source : NamedSources(state, command.depends_on)) {
      result.removed += state.graph.Undeclare(*key, *source);
    }
  }
  if (result.removed > 0) NoteEnd(state, *key);
  return result;
}

}  // namespace cache_invalidation::engine
