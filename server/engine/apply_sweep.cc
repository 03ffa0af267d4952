#include <algorithm>
#include <vector>

#include "server/engine/apply.h"

namespace cache_invalidation::engine {
namespace {

// Ends expired declarations and whatever is over of the entry. Answers how much it removed.
uint64_t SweepKey(State& state, Key& key) {
  uint64_t removed = 0;
  std::vector<Node*> expired;
  for (const Edge& edge : key.depends_on) {
    if (edge.declared && !edge.declared_at(state.meta.now)) expired.push_back(edge.source);
  }
  std::sort(expired.begin(), expired.end(),
            [](const Node* a, const Node* b) { return NodeBefore(*a, *b); });
  for (Node* source : expired) removed += state.graph.Undeclare(key, *source);
  if (key.entry == nullptr) return removed;
  Settle(state, key);
  if (key.entry == nullptr) return removed + 1;
  if (key.entry->expires <= state.meta.now && !key.entry->ghost) {
    state.graph.MakeGhost(key);
    ++removed;
  }
  return removed;
}

}  // namespace

ApplyResult Apply(State& state, const Sweep& command, std::vector<Event>&) {
  SweepReply reply;
  const Graph::KeyIndex& keys = state.graph.keys();
  auto it = keys.lower_bound(state.sweep_cursor);
  for (uint64_t looked_at = 0; it != keys.end() && looked_at < command.limit; ++looked_at, ++it) {
    reply.removed += SweepKey(state, *it->second);
  }
  reply.finished = it == keys.end();
  state.sweep_cursor = reply.finished ? "" : std::string(it->first);
  return reply;
}

// What the events up to the floor said about an entry is put on the entry before it is forgotten.
ApplyResult Apply(State& state, const Trim& command, std::vector<Event>&) {
  const uint64_t floor = std::min(command.floor, state.meta.head);
  if (floor <= state.meta.floor) return EmptyReply{};
  for (const auto& [name, key] : state.graph.keys()) {
    if (key->entry == nullptr) continue;
    Settle(state, *key);
    if (key->entry != nullptr && state.freshness().StaleSinceFill(*key)) {
      state.graph.KeepStale(*key);
    }
  }
  state.meta.floor = floor;
  BroadRevisions& broad = state.broad;
  if (broad.everything_evicted <= floor) broad.everything_evicted = 0;
  if (broad.everything_staled <= floor) broad.everything_staled = 0;
  std::erase_if(broad.patterns,
                [floor](const auto& item) { return item.second.revision <= floor; });
  state.graph.ForgetRevisions(floor);
  return EmptyReply{};
}

}  // namespace cache_invalidation::engine
