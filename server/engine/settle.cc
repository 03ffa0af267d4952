#include "server/engine/settle.h"

#include <algorithm>

namespace cache_invalidation::engine {

void NoteEnd(State& state, Key& key) {
  if (state.meta.forgotten_end > state.meta.head) return;  // all ends up to here are forgotten
  state.graph.RememberEnd(key, state.meta.head + 1);
  while (state.graph.ends().size() > state.limits.remembered_ends) {
    state.meta.forgotten_end = std::max(state.meta.forgotten_end, state.graph.ForgetEnd());
  }
}

uint64_t SettleEntry(State& state, Key& key, const Freshness& freshness) {
  if (key.entry == nullptr) return 0;
  if (const uint64_t evicted = freshness.EvictedSinceFill(key); evicted != 0) {
    // The eviction of everything is remembered without names.
    if (evicted > std::max(state.meta.floor, state.broad.everything().evicted)) {
      state.graph.RememberEvicted(key, evicted);
    }
  } else if (freshness.OwnsActively(key)) {
    return 0;
  } else if (Graph::PartsOf(key) > 1) {  // an entry without tags and edges depends on nothing but
                                         // its name
    NoteEnd(state, key);
  }
  state.graph.DropEntry(key);
  return 1;
}

uint64_t SettleEdges(State& state, Key& key, EdgeList::const_iterator& next, uint64_t& limit) {
  uint64_t ended = 0;
  for (; limit > 0 && next != key.depends_on.end(); --limit) {
    if (!next->declared || next->declared_at(state.meta.now)) {
      ++next;
      continue;
    }
    next = state.graph.Undeclare(key, next);
    ++ended;
  }
  if (ended > 0) NoteEnd(state, key);
  return ended;
}

uint64_t Settle(State& state, Key& key) {
  const uint64_t entries = SettleEntry(state, key, state.freshness());
  if (key.declared_until > state.meta.now) return entries;
  auto next = key.depends_on.begin();
  const uint64_t edges = SettleEdges(state, key, next, state.ends_of_edges);
  if (next != key.depends_on.end()) return entries + edges;  // sweeping ends the others
  key.declared_until = absl::InfiniteFuture();
  for (const Edge& edge : key.depends_on) {
    if (edge.declared) key.declared_until = std::min(key.declared_until, edge.expires);
  }
  return entries + edges;
}

}  // namespace cache_invalidation::engine
