// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "common/limits.h"
#include "server/engine/apply.h"
#include "server/engine/emission.h"
#include "server/engine/lint.h"
#include "server/engine/tracking.h"

namespace cache_invalidation::engine {
namespace {

// Charges the names that it looks at, beyond those of the fill, to `names`. `fills`: the number of
// fills of the command.
TrackResult CheckFill(const State& state, const TrackedEntry& entry, size_t fills,
                      uint64_t& names) {
  TrackResult result;
  result.key = std::string(entry.key);
  Freshness freshness = state.freshness(fills);
  freshness.set_may_check(names);
  const Footprint footprint = FootprintOf(entry);
  if (entry.position.has_value()) {
    if (!IsKnownPosition(state, *entry.position)) {
      result.outcome = FillOutcome::kRefusedPosition;
      return result;
    }
    result.moved = freshness.FirstMoved(footprint, entry.position->revision);
    names = freshness.may_check();
  }
  if (entry.only_tracked_keys && result.moved.empty()) {
    result.moved = std::string(freshness.FirstWithoutEntry(footprint.dep_keys));
  }
  if (!result.moved.empty()) result.outcome = FillOutcome::kRefusedMoved;
  return result;
}

// Whether an entry ended since the last event, so that the fill would be refused at the head as
// well.
bool IsRefusedAtHead(const State& state, const TrackedEntry& entry, size_t fills, uint64_t& names) {
  const Graph::KeysByRevision& ends = state.graph.ends();
  const uint64_t latest = ends.empty() ? 0 : ends.rbegin()->revision;
  const uint64_t head = state.meta.head;
  if (std::max(latest, state.meta.forgotten_end) <= head) return false;
  Freshness freshness = state.freshness(fills);
  freshness.set_may_check(names);
  const bool refused = !freshness.FirstMoved(FootprintOf(entry), head).empty();
  names = freshness.may_check();
  return refused;
}

// Refuses fills whose entry an event of the same command evicted, by name or with everything: what
// they were computed from is not known any more, so the copy must not be kept.
void RefuseEvicted(State& state, TrackEntriesResult& result) {
  const Freshness freshness = state.freshness();
  for (TrackResult& fill : result.results) {
    if (fill.outcome != FillOutcome::kKept) continue;
    if (freshness.IsLive(*state.graph.FindKey(fill.key))) continue;
    fill.outcome = FillOutcome::kRefusedMoved;
    fill.moved = fill.key;
    ++state.meta.refused_fills;
  }
}

}  // namespace

ApplyResult Apply(State& state, const TrackEntries& command, std::vector<Event>& events) {
  TrackEntriesResult result;
  const EntryUsage before = state.graph.entry_usage();
  Emission emission(state, EventSource::kFillRefused);
  Tracking tracking(state, result);
  uint64_t names = state.limits.checked_names;
  for (const TrackedEntry& entry : command.entries) {
    SettleNamed(state, entry);
    if (!entry.position.has_value()) ++state.meta.unchecked_fills;
    TrackResult fill = CheckFill(state, entry, command.entries.size(), names);
    if (fill.outcome == FillOutcome::kKept) {
      tracking.Add(entry, result.results.size());
    } else {
      ++state.meta.refused_fills;
      emission.AddUnnamedRoot(entry.key);
      // The event creates a position at which the next attempt can succeed.
      if (fill.outcome == FillOutcome::kRefusedMoved &&
          IsRefusedAtHead(state, entry, command.entries.size(), names)) {
        emission.Add(InvalidationKind::kEvict, TargetKind::kKey, entry.key,
                     Cause{CauseStep::kFillRefused, ""});
      }
    }
    result.results.push_back(std::move(fill));
  }
  result.dropped = tracking.BeginAnew(events);
  emission.Commit(events);
  result.dropped += DropOldest(state, before, events);
  if (!events.empty()) RefuseEvicted(state, result);
  result.revision = state.meta.head;
  result.warnings = LintEntries(command.entries);
  return result;
}

// Ghosts that stay for their dependents are written again, with all their names. Beyond what one
// call may write, the entries are evicted instead, with their dependents.
ApplyResult Apply(State& state, const UntrackEntries& command, std::vector<Event>& events) {
  UntrackEntriesResult result;
  Emission emission(state, EventSource::kLimit);
  uint64_t bytes = 0;
  for (absl::string_view name : command.keys) {
    Key* key = state.graph.FindKey(name);
    if (key == nullptr || key->entry == nullptr) continue;
    if (state.freshness().IsLive(*key)) {
      ++result.found;
      state.graph.MakeGhost(*key);
    }
    Settle(state, *key);
    if (key->entry == nullptr) continue;
    bytes += key->entry->name_bytes + key->entry->names() * kFoundNameBytes;
    if (bytes <= kMaxFoundBytesPerCall) continue;
    emission.Add(InvalidationKind::kEvict, TargetKind::kKey, name, Cause{CauseStep::kLimit, ""});
    ++state.meta.dropped_entries;
  }
  emission.EndTargets();
  emission.Commit(events);
  return result;
}

}  // namespace cache_invalidation::engine
