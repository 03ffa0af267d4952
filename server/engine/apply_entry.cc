#include <algorithm>
#include <string>
#include <vector>

#include "server/engine/apply.h"
#include "server/engine/emission.h"
#include "server/engine/lint.h"
#include "server/engine/overflow.h"

namespace cache_invalidation::engine {
namespace {

void SettleKnown(State& state, absl::string_view name) {
  Key* key = state.graph.FindKey(name);
  if (key != nullptr) Settle(state, *key);
}

// Ends what is over of the entry's key and of the keys it names, so that nothing of it comes back.
void SettleNamed(State& state, const TrackedEntry& entry) {
  SettleKnown(state, entry.key);
  for (absl::string_view name : entry.depends_on.names) SettleKnown(state, name);
  for (absl::string_view name : entry.depends_on.keys) SettleKnown(state, name);
}

Footprint FootprintOf(const TrackedEntry& entry) {
  Footprint footprint;
  footprint.key = entry.key;
  footprint.tags = entry.tags;
  const DependencyNames& names = entry.depends_on;
  footprint.dep_keys = names.keys;
  footprint.dep_tags = names.tags;
  footprint.dep_keys.insert(footprint.dep_keys.end(), names.names.begin(), names.names.end());
  footprint.dep_tags.insert(footprint.dep_tags.end(), names.names.begin(), names.names.end());
  return footprint;
}

TrackResult CheckFill(const State& state, const TrackedEntry& entry) {
  TrackResult result;
  result.key = std::string(entry.key);
  const Freshness freshness = state.freshness();
  const Footprint footprint = FootprintOf(entry);
  if (entry.position.has_value()) {
    if (!IsKnownPosition(state, *entry.position)) {
      result.outcome = FillOutcome::kRefusedPosition;
      return result;
    }
    result.moved = freshness.FirstMoved(footprint, entry.position->revision);
  }
  if (entry.only_tracked_keys && result.moved.empty()) {
    result.moved = std::string(freshness.FirstWithoutEntry(footprint.dep_keys));
  }
  if (!result.moved.empty()) result.outcome = FillOutcome::kRefusedMoved;
  return result;
}

// Whether an entry ended since the last event, so that the fill would be refused at any position
// there is yet.
bool IsRefusedAtHead(const State& state, const TrackedEntry& entry) {
  const Graph::KeysByRevision& ends = state.graph.ends();
  const uint64_t latest = ends.empty() ? 0 : ends.rbegin()->revision;
  const uint64_t head = state.meta.head;
  return std::max(latest, state.meta.forgotten_end) > head &&
         !state.freshness().FirstMoved(FootprintOf(entry), head).empty();
}

void Track(State& state, const TrackedEntry& entry) {
  const Footprint footprint = FootprintOf(entry);
  Fill fill;
  for (absl::string_view tag : footprint.tags) fill.tags.push_back(&state.graph.AddTag(tag));
  for (absl::string_view key : footprint.dep_keys) fill.sources.push_back(&state.graph.AddKey(key));
  for (absl::string_view tag : footprint.dep_tags) fill.sources.push_back(&state.graph.AddTag(tag));
  if (entry.ttl.has_value()) fill.expires = state.meta.now + *entry.ttl;
  fill.revision = state.meta.head;
  fill.fill_id = entry.fill_id;
  state.graph.Track(state.graph.AddKey(entry.key), fill);
}

// Whose entry an event of the same command evicted, by its name or with everything: its
// dependencies are not known any more, so the copy must not be kept.
void RefuseEvicted(State& state, TrackEntriesReply& reply) {
  const Freshness freshness = state.freshness();
  for (TrackResult& result : reply.results) {
    if (result.outcome != FillOutcome::kKept) continue;
    if (freshness.IsLive(*state.graph.FindKey(result.key))) continue;
    result.outcome = FillOutcome::kRefusedMoved;
    result.moved = result.key;
    ++state.meta.refused_fills;
  }
}

}  // namespace

ApplyResult Apply(State& state, const TrackEntries& command, std::vector<Event>& events) {
  TrackEntriesReply reply;
  const EntryUsage before = state.graph.entry_usage();
  Emission emission(state, EventSource::kFillRefused);
  for (const TrackedEntry& entry : command.entries) {
    SettleNamed(state, entry);
    if (!entry.position.has_value()) ++state.meta.unchecked_fills;
    TrackResult result = CheckFill(state, entry);
    if (result.outcome == FillOutcome::kKept) {
      Track(state, entry);
    } else {
      ++state.meta.refused_fills;
      emission.AddUnnamedRoot(entry.key);
      // The event gives a position from which the next attempt can succeed.
      if (result.outcome == FillOutcome::kRefusedMoved && IsRefusedAtHead(state, entry)) {
        emission.Add(InvalidationKind::kEvict, TargetType::kKey, entry.key,
                     Cause{CauseStep::kFillRefused, ""});
      }
    }
    reply.results.push_back(std::move(result));
  }
  emission.Commit(events);
  reply.dropped = DropOldest(state, before, events);
  if (!events.empty()) RefuseEvicted(state, reply);
  reply.revision = state.meta.head;
  reply.warnings = LintEntries(command.entries);
  return reply;
}

ApplyResult Apply(State& state, const UntrackEntries& command, std::vector<Event>&) {
  UntrackEntriesReply reply;
  for (absl::string_view name : command.keys) {
    Key* key = state.graph.FindKey(name);
    if (key == nullptr || key->entry == nullptr) continue;
    if (state.freshness().IsLive(*key)) {
      ++reply.found;
      state.graph.MakeGhost(*key);
    }
    Settle(state, *key);
  }
  return reply;
}

}  // namespace cache_invalidation::engine
