// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/engine/apply.h"
#include "server/engine/tracking.h"

namespace cache_invalidation::engine {
namespace {

// What takes as long as looking at one key: patterns to look at, steps of matching them, edges
// beyond the first few, names of an entry, bytes of its row.
constexpr uint64_t kPatternsPerKey = 8;
constexpr uint64_t kStepsPerKey = 5;
constexpr uint64_t kEdgesOfAKey = 16;
constexpr uint64_t kNamesPerKey = 8;
constexpr uint64_t kBytesPerKey = 256;

// The work left for a sweep, in keys or what takes as long.
class Work {
 public:
  explicit Work(uint64_t limit) : left_(limit) {}

  void Take(uint64_t keys) { left_ -= std::min(left_, keys); }
  bool is_done() const { return left_ == 0; }
  uint64_t left() const { return left_; }

 private:
  uint64_t left_;
};

// Stores on the entry what the events up to the floor said about it, before they are forgotten.
// Patterns that take long to match are charged for each key.
void KeepMark(State& state, Key& key, const Freshness& freshness, Work& work) {
  if (key.entry == nullptr) return;
  WorkBudget matching(state.limits.steps);
  if (freshness.StaleSinceFill(key, matching)) state.graph.KeepStale(key);
  work.Take((state.limits.steps - matching.steps_left()) / kStepsPerKey);
}

void EndLife(State& state, Key& key) {
  if (key.entry != nullptr && key.entry->expires <= state.meta.now) state.graph.MakeGhost(key);
}

// Ends expired declarations, continuing where the round is within the key. Returns whether it
// reached the last edge.
bool SweepEdges(State& state, Key& key, Work& work, uint64_t& removed) {
  SweepRound& round = state.round;
  EdgeList::const_iterator next = key.depends_on.begin();
  if (round.next_edge_kind.has_value() && round.next_key == key.name) {
    next = key.depends_on.From({*round.next_edge_kind, round.next_edge});
  }
  uint64_t left = work.left() + kEdgesOfAKey;
  removed += SettleEdges(state, key, next, left);
  work.Take(left < work.left() ? work.left() - left : 0);
  round.next_edge_kind.reset();
  if (next == key.depends_on.end()) return true;
  round.next_key = key.name;
  round.next_edge_kind = next->source->kind;
  round.next_edge = next->source->name;
  return false;
}

void BeginRound(State& state, uint64_t floor) {
  state.round = SweepRound{};
  state.round.begun = true;
  state.round.floor =
      std::max({state.meta.floor, state.meta.wanted_floor, std::min(floor, state.meta.head)});
  state.round.head = state.meta.head;
  state.round.counted = RememberedNames(state.round.floor, state.round.head);
}

// The next name in bytewise order.
std::string NameBehind(absl::string_view name) {
  return absl::StrCat(name, absl::string_view("", 1));
}

void CountName(SweepRound& round, uint64_t last_revision) {
  if (last_revision > round.floor) round.counted.Count(last_revision);
}

// Returns how much it removed.
uint64_t SweepKeys(State& state, Work& work) {
  uint64_t removed = 0;
  const bool trims = state.round.floor > state.meta.floor;
  const uint64_t cost = 1 + (trims ? state.broad.patterns().size() / kPatternsPerKey : 0);
  // A sweep ends only what no longer counted, so the cached results stay valid.
  const Freshness freshness = state.freshness();
  auto at = state.graph.keys().lower_bound(state.round.next_key);
  while (!work.is_done() && at != state.graph.keys().end()) {
    Key& key = *at->second;
    // A rebuilt engine lacks the keys of which nothing is known, so they must not be counted.
    const bool counts = key.is_known(state.meta.floor);
    const uint64_t names = key.entry == nullptr ? 0 : key.entry->names();
    const uint64_t bytes = key.entry == nullptr ? 0 : key.entry->name_bytes;
    removed += SettleEntry(state, key, freshness);
    if (!SweepEdges(state, key, work, removed)) return removed;
    const uint64_t tracked = state.graph.tracked_entries();
    EndLife(state, key);
    removed += tracked - state.graph.tracked_entries();
    if (trims) KeepMark(state, key, freshness, work);
    if (!key.is_used()) CountName(state.round, key.last_revision());
    if (counts) {
      work.Take(cost + names / kNamesPerKey + (key.entry_changed ? bytes / kBytesPerKey : 0));
    }
    if (work.is_done()) state.round.next_key = NameBehind(key.name);
    at = state.graph.ForgetKey(at, state.meta.floor);
  }
  state.round.keys_done = !work.is_done();
  return removed;
}

// Returns whether it reached the end.
bool SweepTags(State& state, Work& work) {
  const Graph::LooseTags& tags = state.graph.loose_tags();
  auto at = tags.lower_bound(absl::string_view(state.round.next_tag));
  while (!work.is_done() && at != tags.end()) {
    const Tag& tag = **at;
    if (tag.is_remembered(state.meta.floor)) {
      work.Take(1);
      CountName(state.round, tag.last_revision());
      if (work.is_done()) state.round.next_tag = NameBehind(tag.name);
    }
    at = state.graph.ForgetTag(at, state.meta.floor);
  }
  return !work.is_done();
}

void MoveFloor(State& state, uint64_t floor) {
  state.meta.floor = floor;
  state.broad.Forget(floor);
}

// If too many names are remembered, requests a floor above which half of the limit remains, so that
// this does not recur soon.
bool LimitNames(State& state) {
  const uint64_t limit = state.limits.remembered_names;
  if (state.round.counted.total() <= limit) return false;
  state.meta.wanted_floor = state.round.counted.FloorThatLeaves(limit / 2);
  return true;
}

// A key filled after the round has passed it was filled after the round's floor.
SweepResult SweepOn(State& state, const Sweep& command) {
  SweepResult result;
  SweepRound& round = state.round;
  if (!round.begun) BeginRound(state, command.floor);
  Work work(command.limit);
  if (!round.keys_done) {
    result.removed = SweepKeys(state, work);
    result.looked_at = command.limit - work.left();
    if (!round.keys_done) return result;
  }
  const bool tags_done = SweepTags(state, work);
  result.looked_at = command.limit - work.left();
  if (!tags_done) return result;
  // After the floor moves, nothing is known of many names. FreeNames visits them before the next
  // round.
  if (round.floor > state.meta.floor) MoveFloor(state, round.floor);
  result.finished = true;
  result.crowded = LimitNames(state);
  round.begun = false;
  return result;
}

}  // namespace

ApplyResult Apply(State& state, const Sweep& command, std::vector<Event>&) {
  const bool was_begun = state.round.begun;
  SweepResult result = SweepOn(state, command);
  if (state.round.begun) {
    state.delta.push_back({state.round.ToRecord()});
  } else if (was_begun) {
    state.delta.push_back({SweepRecord(), /*deleted=*/true});
  }
  return result;
}

uint64_t FreeNames(State& state, uint64_t limit) {
  uint64_t left = limit;
  uint64_t known = 0;
  const bool begun = state.round.begun;
  if (!begun || !state.round.keys_done) {
    const Graph::KeyIndex& keys = state.graph.keys();
    auto at = keys.lower_bound(begun ? absl::string_view(state.round.next_key) : "");
    for (; left > 0 && at != keys.end(); --left) {
      if (at->second->is_known(state.meta.floor)) {
        ++known;
        ++at;
      } else {
        at = state.graph.ForgetKey(at, state.meta.floor);
      }
    }
  }
  const Graph::LooseTags& tags = state.graph.loose_tags();
  auto at = tags.lower_bound(begun ? absl::string_view(state.round.next_tag) : "");
  for (; left > 0 && at != tags.end(); --left) {
    known += (*at)->is_remembered(state.meta.floor);
    at = state.graph.ForgetTag(at, state.meta.floor);
  }
  return left > 0 ? limit : known;
}

}  // namespace cache_invalidation::engine
