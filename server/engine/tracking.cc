// SPDX-License-Identifier: Apache-2.0

#include "server/engine/tracking.h"

#include <algorithm>

#include "absl/strings/string_view.h"
#include "common/limits.h"
#include "server/engine/emission.h"
#include "server/engine/limits.h"

namespace cache_invalidation::engine {
namespace {

void SettleKnown(State& state, absl::string_view name) {
  Key* key = state.graph.FindKey(name);
  if (key != nullptr) Settle(state, *key);
}

Fill FillOf(State& state, const TrackedEntry& entry) {
  const Footprint footprint = FootprintOf(entry);
  Fill fill;
  for (absl::string_view tag : footprint.tags) fill.tags.push_back(&state.graph.AddTag(tag));
  for (absl::string_view key : footprint.dep_keys) fill.sources.push_back(&state.graph.AddKey(key));
  for (absl::string_view tag : footprint.dep_tags) fill.sources.push_back(&state.graph.AddTag(tag));
  if (entry.ttl.has_value()) fill.expires = state.meta.now + *entry.ttl;
  fill.revision = state.meta.head;
  fill.fill_id = entry.fill_id;
  return fill;
}

// A full namespace makes room for a 64th of its limit.
constexpr uint64_t kShareDroppedTogether = 64;

// How much to drop of `now`, given `before`; 0 within the limit. `room`: the minimum to drop.
uint64_t Surplus(uint64_t before, uint64_t now, uint64_t limit, uint64_t room) {
  if (now <= limit) return 0;
  const uint64_t added = now > before ? now - before : 0;
  return std::min(std::max(now - limit, room), added + kMaxDroppedTogether);
}

uint64_t Room(uint64_t limit) {
  return std::clamp<uint64_t>(limit / kShareDroppedTogether, 1, kDroppedTogether);
}

// What has still to be freed.
struct Excess {
  EntryUsage left;

  void Free(uint64_t parts) {
    left.entries -= std::min<uint64_t>(left.entries, 1);
    left.parts -= std::min(left.parts, parts);
  }
  bool is_left() const { return left.entries + left.parts > 0; }
};

// Returns, by key, the oldest live entries whose removal frees `must`; dead ones are removed on the
// way. Continues to free `should` as long as the entries do not have too many parts.
std::vector<absl::string_view> TakeOldest(State& state, Excess must, Excess should) {
  std::vector<absl::string_view> oldest;
  uint64_t freed = 0;
  const Graph::KeysByRevision& by_age = state.graph.by_age();
  KeyAt last;
  const auto goes_on = [&] { return must.is_left() || (should.is_left() && freed < kEndedAtOnce); };
  for (auto at = by_age.begin(); goes_on() && at != by_age.end(); at = by_age.upper_bound(last)) {
    last = *at;
    const uint64_t parts = Graph::PartsOf(*last.key);
    Settle(state, *last.key);
    must.Free(parts);
    should.Free(parts);
    freed += parts;
    if (last.key->entry != nullptr) oldest.push_back(last.key->name);
  }
  std::sort(oldest.begin(), oldest.end());
  return oldest;
}

}  // namespace

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

void SettleNamed(State& state, const TrackedEntry& entry) {
  SettleKnown(state, entry.key);
  for (absl::string_view name : entry.depends_on.names) SettleKnown(state, name);
  for (absl::string_view name : entry.depends_on.keys) SettleKnown(state, name);
}

Footprint FootprintOf(const DependencyNames& names) {
  Footprint footprint;
  footprint.dep_keys = names.keys;
  footprint.dep_tags = names.tags;
  footprint.dep_keys.insert(footprint.dep_keys.end(), names.names.begin(), names.names.end());
  footprint.dep_tags.insert(footprint.dep_tags.end(), names.names.begin(), names.names.end());
  return footprint;
}

Footprint FootprintOf(const TrackedEntry& entry) {
  Footprint footprint = FootprintOf(entry.depends_on);
  footprint.key = entry.key;
  footprint.tags = entry.tags;
  return footprint;
}

void Tracking::Add(const TrackedEntry& entry, size_t result) {
  Key& key = state_.graph.AddKey(entry.key);
  const Fill fill = FillOf(state_, entry);
  if (too_large_.contains(&key) || !HasRoom(key, fill)) {
    too_large_.insert(&key);
    waiting_.emplace_back(&entry, result);
    return;
  }
  state_.graph.Track(key, fill);
}

uint64_t Tracking::BeginAnew(std::vector<Event>& events) {
  if (waiting_.empty()) return 0;
  const uint64_t before = state_.meta.head;
  Emission emission(state_, EventSource::kLimit);
  for (const Key* key : too_large_) {
    emission.Add(InvalidationKind::kEvict, TargetKind::kKey, key->name,
                 Cause{CauseStep::kLimit, ""});
  }
  emission.EndTargets();
  emission.Commit(events);
  // What the entry's earlier fills in this call named is not known any more.
  for (TrackResult& result : result_.results) {
    if (result.outcome == FillOutcome::kKept && too_large_.contains(result.key)) Refuse(result);
  }
  for (const auto& [entry, result] : waiting_) {
    TrackAnew(*entry, before, result_.results[result]);
  }
  state_.meta.dropped_entries += too_large_.size();
  return too_large_.size();
}

bool Tracking::HasRoom(const Key& key, const Fill& fill) {
  if (key.entry == nullptr) return true;
  if (!key.entry_changed) {
    found_bytes_ += key.entry->name_bytes + key.entry->names() * kFoundNameBytes;
  }
  const uint64_t limit = state_.limits.names_per_entry;
  // Exact counting only pays near the limit.
  const bool is_small =
      key.entry->names() + fill.tags.size() * kMaxTagLevels + fill.sources.size() <= limit;
  return found_bytes_ <= kMaxFoundBytesPerCall &&
         (is_small || Graph::NamesWith(key, fill) <= limit);
}

void Tracking::TrackAnew(const TrackedEntry& entry, uint64_t before, TrackResult& result) {
  SettleNamed(state_, entry);
  Footprint sources = FootprintOf(entry);
  sources.key = "";
  Freshness freshness = state_.freshness(waiting_.size());
  freshness.set_may_check(may_check_);
  const bool moved = !freshness.FirstMoved(sources, before).empty();
  may_check_ = freshness.may_check();
  if (moved) return;
  Key& key = state_.graph.AddKey(entry.key);
  const Fill fill = FillOf(state_, entry);
  // The fills of this call alone name too much.
  if (key.entry != nullptr && Graph::NamesWith(key, fill) > state_.limits.names_per_entry) return;
  state_.graph.Track(key, fill);
  --state_.meta.refused_fills;
  result.outcome = FillOutcome::kKept;
  result.moved.clear();
}

void Tracking::Refuse(TrackResult& result) {
  ++state_.meta.refused_fills;
  result.outcome = FillOutcome::kRefusedMoved;
  result.moved = result.key;
}

uint64_t DropOldest(State& state, const EntryUsage& before, std::vector<Event>& events) {
  const EntryUsage now = state.graph.entry_usage();
  const Limits& limits = state.limits;
  const auto excess = [&](uint64_t entries, uint64_t parts) {
    return Excess{{Surplus(before.entries, now.entries, limits.entries, entries),
                   Surplus(before.parts, now.parts, limits.entry_parts, parts)}};
  };
  const std::vector<absl::string_view> oldest =
      TakeOldest(state, excess(0, 0), excess(Room(limits.entries), Room(limits.entry_parts)));
  Emission emission(state, EventSource::kLimit);
  for (absl::string_view key : oldest) {
    emission.Add(InvalidationKind::kEvict, TargetKind::kKey, key, Cause{CauseStep::kLimit, ""});
  }
  emission.EndTargets();
  emission.Commit(events);
  state.meta.dropped_entries += oldest.size();
  return oldest.size();
}

}  // namespace cache_invalidation::engine
