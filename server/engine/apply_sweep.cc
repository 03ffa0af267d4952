#include <algorithm>
#include <vector>

#include "server/engine/apply.h"

namespace cache_invalidation::engine {
namespace {

// Patterns that are matched in the time that looking at a key takes otherwise.
constexpr uint64_t kPatternsPerKey = 8;

// Ends what is over of the key. Answers how much it removed.
uint64_t SweepKey(State& state, Key& key) {
  const uint64_t removed = Settle(state, key);
  if (key.entry == nullptr || key.entry->ghost || key.entry->expires > state.meta.now) {
    return removed;
  }
  state.graph.MakeGhost(key);
  return removed + 1;
}

// What the events up to the floor said about an entry is put on the entry before it is forgotten.
void KeepMark(State& state, Key& key) {
  if (key.entry != nullptr && state.freshness().StaleSinceFill(key)) state.graph.KeepStale(key);
}

void BeginRound(State& state, uint64_t floor) {
  state.round = SweepRound{};
  state.round.begun = true;
  state.round.floor =
      std::max({state.meta.floor, state.meta.wanted_floor, std::min(floor, state.meta.head)});
  state.round.names = RememberedNames(state.round.floor, state.meta.head);
}

void CountName(SweepRound& round, uint64_t last_revision) {
  if (last_revision > round.floor) round.names.Count(last_revision);
}

// Answers how much it removed. Takes from `limit` what it looked at.
uint64_t SweepKeys(State& state, uint64_t& limit) {
  uint64_t removed = 0;
  const bool trims = state.round.floor > state.meta.floor;
  const uint64_t cost = 1 + (trims ? state.broad.patterns().size() / kPatternsPerKey : 0);
  auto at = state.graph.keys().lower_bound(state.round.next_key);
  for (; limit > 0 && at != state.graph.keys().end(); limit -= std::min(limit, cost)) {
    Key& key = *at->second;
    removed += SweepKey(state, key);
    if (trims) KeepMark(state, key);
    if (!key.is_used()) CountName(state.round, key.last_revision());
    at = state.graph.ForgetKey(at, state.meta.floor);
  }
  state.round.keys_done = at == state.graph.keys().end();
  if (!state.round.keys_done) state.round.next_key = std::string(at->first);
  return removed;
}

// Tags and keys up to the floor are forgotten as sweeps come to them.
void MoveFloor(State& state, uint64_t floor) {
  state.meta.floor = floor;
  state.broad.Forget(floor);
}

// Names that are too many go with the history up to another floor. Half of what there may be stays,
// so that this does not come again soon.
bool LimitNames(State& state) {
  const uint64_t limit = state.limits.remembered_names;
  if (state.round.names.total() <= limit) return false;
  state.meta.wanted_floor = state.round.names.FloorThatLeaves(limit / 2);
  return true;
}

}  // namespace

// A key that is filled behind the place where the round stands is filled after its floor.
ApplyResult Apply(State& state, const Sweep& command, std::vector<Event>&) {
  SweepReply reply;
  SweepRound& round = state.round;
  if (!round.begun) BeginRound(state, command.floor);
  uint64_t limit = command.limit;
  if (!round.keys_done) {
    reply.removed = SweepKeys(state, limit);
    reply.looked_at = command.limit - limit;
    if (!round.keys_done) return reply;
    if (round.floor > state.meta.floor) MoveFloor(state, round.floor);
    round.tags_left = state.graph.loose_tags();
  }
  for (; limit > 0 && round.tags_left > 0; --limit, --round.tags_left) {
    CountName(round, state.graph.ForgetTag(state.meta.floor));
  }
  reply.looked_at = command.limit - limit;
  if (round.tags_left > 0) return reply;
  reply.finished = true;
  reply.crowded = LimitNames(state);
  round.begun = false;
  return reply;
}

}  // namespace cache_invalidation::engine
