#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/engine/apply.h"
#include "server/engine/emission.h"
#include "server/engine/lint.h"

namespace cache_invalidation::engine {
namespace {

// The sources that names stand for, made known to the graph. Each once, in no particular order.
std::vector<Node*> AddSources(State& state, const DependencyNames& names) {
  std::vector<Node*> sources;
  for (absl::string_view name : names.names) {
    sources.push_back(&state.graph.AddKey(name));
    sources.push_back(&state.graph.AddTag(name));
  }
  for (absl::string_view name : names.keys) sources.push_back(&state.graph.AddKey(name));
  for (absl::string_view name : names.tags) sources.push_back(&state.graph.AddTag(name));
  std::sort(sources.begin(), sources.end());
  sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
  for (Node* source : sources) {
    if (source->kind == NameKind::kKey) Settle(state, static_cast<Key&>(*source));
  }
  return sources;
}

// How many declarations the command would add: names that stand twice count once.
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

bool WouldOverflow(const State& state, const AddCacheDependency& command) {
  const DependencyNames& names = command.depends_on;
  const uint64_t most = 2 * names.names.size() + names.keys.size() + names.tags.size();
  const uint64_t declared = state.graph.declared_edges();
  // Counting is only worth its time near the limit.
  return declared + most > state.limits.declared_edges &&
         declared + CountNew(state, command) > state.limits.declared_edges;
}

// Whether what the command names was computed from the key. Goes from the sources to theirs: a key
// may have any number of dependents, but was computed from few.
bool ClosesCycle(const State& state, const AddCacheDependency& command) {
  const Freshness freshness = state.freshness();
  Walk sources;
  const auto add = [&](absl::string_view name) { sources.Add(*state.graph.FindKey(name)); };
  for (absl::string_view name : command.depends_on.names) add(name);
  for (absl::string_view name : command.depends_on.keys) add(name);
  while (const Key* key = sources.Next()) {
    if (key->name == command.key) return true;
    for (const Edge& edge : key->depends_on) {
      if (edge.source->kind != NameKind::kKey || !freshness.IsActive(*key, edge)) continue;
      sources.Add(static_cast<const Key&>(*edge.source));
    }
  }
  return false;
}

bool HasMoved(const State& state, const AddCacheDependency& command) {
  if (!command.position.has_value()) return false;
  if (!IsKnownPosition(state, *command.position)) return true;
  Footprint footprint;
  const DependencyNames& names = command.depends_on;
  footprint.dep_keys = names.keys;
  footprint.dep_tags = names.tags;
  footprint.dep_keys.insert(footprint.dep_keys.end(), names.names.begin(), names.names.end());
  footprint.dep_tags.insert(footprint.dep_tags.end(), names.names.begin(), names.names.end());
  return !state.freshness().FirstMoved(footprint, command.position->revision).empty();
}

// An end is no event, but what the key stood for is not known any more.
void NoteEnd(State& state, Key& key) {
  if (state.meta.forgotten_end > state.meta.head) return;  // all ends up to here are forgotten
  state.graph.RememberEnd(key, state.meta.head + 1);
  while (state.graph.ends().size() > state.limits.remembered_ends) {
    state.meta.forgotten_end = std::max(state.meta.forgotten_end, state.graph.ForgetEnd());
  }
}

// Ends the declaration, if there is one.
uint64_t EndDeclaration(State& state, Key& key, Node& source) {
  if (!state.graph.Undeclare(key, source)) return 0;
  NoteEnd(state, key);
  return 1;
}

uint64_t EndEntry(State& state, Key& key) {
  if (key.entry == nullptr) return 0;
  const Freshness freshness = state.freshness();
  if (const uint64_t evicted = freshness.EvictedSinceFill(key); evicted != 0) {
    // What evicts everything is remembered without the names.
    if (evicted > std::max(state.meta.floor, state.broad.everything().evicted)) {
      state.graph.RememberEvicted(key, evicted);
    }
  } else if (freshness.OwnsActively(key)) {
    return 0;
  } else if (Graph::PartsOf(key) > 1) {  // otherwise it stood only for its name
    NoteEnd(state, key);
  }
  state.graph.DropEntry(key);
  return 1;
}

}  // namespace

uint64_t Settle(State& state, Key& key) {
  uint64_t ended = EndEntry(state, key);
  std::vector<Node*> expired;
  for (const Edge& edge : key.depends_on) {
    if (edge.declared && !edge.declared_at(state.meta.now)) expired.push_back(edge.source);
  }
  std::sort(expired.begin(), expired.end(),
            [](const Node* a, const Node* b) { return NodeBefore(*a, *b); });
  for (Node* source : expired) ended += EndDeclaration(state, key, *source);
  return ended;
}

ApplyResult Apply(State& state, const AddCacheDependency& command, std::vector<Event>& events) {
  if (WouldOverflow(state, command)) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the namespace would hold more than ", state.limits.declared_edges,
                     " declared dependencies; remove some, or give them a ttl"));
  }
  AddCacheDependencyReply reply;
  Key& key = state.graph.AddKey(command.key);
  Settle(state, key);
  const absl::Time expires =
      command.ttl.has_value() ? state.meta.now + *command.ttl : absl::InfiniteFuture();
  for (Node* source : AddSources(state, command.depends_on)) {
    if (state.graph.Declare(key, *source, expires, state.meta.now)) ++reply.added;
  }
  if (ClosesCycle(state, command)) {
    reply.warnings.push_back(
        absl::StrCat("the dependencies of ", command.key, " form a cycle that leads back to it"));
  }
  for (std::string& warning : LintDependencies(command.depends_on)) {
    reply.warnings.push_back(std::move(warning));
  }
  if (HasMoved(state, command)) {
    reply.invalidated = true;
    Emission emission(state, EventSource::kDependencyMoved);
    emission.Add(InvalidationKind::kEvict, TargetType::kKey, command.key,
                 Cause{CauseStep::kDependencyMoved, ""});
    emission.Commit(events);
  }
  reply.revision = state.meta.head;
  return reply;
}

ApplyResult Apply(State& state, const RemoveCacheDependency& command, std::vector<Event>&) {
  RemoveCacheDependencyReply reply;
  Key* key = state.graph.FindKey(command.key);
  if (key == nullptr) return reply;
  Settle(state, *key);
  std::vector<Node*> sources;
  const auto add = [&sources](Node* source) {
    if (source != nullptr) sources.push_back(source);
  };
  const DependencyNames& names = command.depends_on;
  for (absl::string_view name : names.names) {
    add(state.graph.FindKey(name));
    add(state.graph.FindTag(name));
  }
  for (absl::string_view name : names.keys) add(state.graph.FindKey(name));
  for (absl::string_view name : names.tags) add(state.graph.FindTag(name));
  if (names.empty()) {
    for (const Edge& edge : key->depends_on) add(edge.source);
  }
  std::sort(sources.begin(), sources.end(),
            [](const Node* a, const Node* b) { return NodeBefore(*a, *b); });
  for (Node* source : sources) {
    reply.removed += EndDeclaration(state, *key, *source);
  }
  return reply;
}

}  // namespace cache_invalidation::engine
