// SPDX-License-Identifier: Apache-2.0

// Settling: ends what a key still holds but what no longer counts.
// Tracking: puts the fills of one call into the graph, and makes room for them.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_TRACKING_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_TRACKING_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "server/engine/command.h"
#include "server/engine/event.h"
#include "server/engine/freshness.h"
#include "server/engine/graph.h"
#include "server/engine/node.h"
#include "server/engine/result.h"
#include "server/engine/state.h"

namespace cache_invalidation::engine {

// Ends an entry that was evicted through its tags or left dead, a ghost that nothing needs, and
// declarations past their TTL, and remembers the ends with the key. Call it before giving the key
// an entry or a dependent. It visits no more declarations than the command may still end; expired
// ones beyond that do not count either (Edge::declared_at). Returns how much it ended.
uint64_t Settle(State& state, Key& key);

// The two halves of Settle, for callers that have to bound their work.
uint64_t SettleEntry(State& state, Key& key, const Freshness& freshness);
// Visits at most `limit` edges, starting at `next`; subtracts the number visited from `limit` and
// sets `next` to the first edge not visited.
uint64_t SettleEdges(State& state, Key& key, EdgeList::const_iterator& next, uint64_t& limit);

// Remembers that something of the key ended. An end is no event, but from then on what the key was
// computed from is not known.
void NoteEnd(State& state, Key& key);

// What each name of an existing entry that a fill finds costs beside its bytes
// (kMaxFoundBytesPerCall).
inline constexpr size_t kFoundNameBytes = 64;

// The names that something was computed from; the names that a fill is about.
Footprint FootprintOf(const DependencyNames& names);
Footprint FootprintOf(const TrackedEntry& entry);

// Settles the entry's key and the keys it names, so that nothing expired is revived.
void SettleNamed(State& state, const TrackedEntry& entry);

// An entry unites the names of all its fills. If that exceeds the limit, the old entry is evicted
// by an event of source LIMIT, with its dependents, and restarts with the fill. One event covers
// all such entries of the call.
//
//   Tracking tracking(state, result);
//   tracking.Add(...);                   // every fill that may be kept
//   dropped = tracking.BeginAnew(events);
//
// Single use. Thread-compatible.
class Tracking {
 public:
  Tracking(State& state, TrackEntriesResult& result) : state_(state), result_(result) {}

  // Tracks the fill whose result has index `result`. A fill of an entry that is to be evicted waits
  // for BeginAnew.
  void Add(const TrackedEntry& entry, size_t result);

  // Evicts the entries that are too large and tracks the waiting fills. A fill is refused if it was
  // computed from an evicted entry or is too large again; so are the earlier fills of the evicted
  // entries. Returns the number of entries evicted. REQUIRES: the result has the results of all
  // fills.
  uint64_t BeginAnew(std::vector<Event>& events);

 private:
  bool HasRoom(const Key& key, const Fill& fill);
  // `before`: the head before the event.
  void TrackAnew(const TrackedEntry& entry, uint64_t before, TrackResult& result);
  void Refuse(TrackResult& result);

  State& state_;
  TrackEntriesResult& result_;
  KeySet too_large_;
  std::vector<std::pair<const TrackedEntry*, size_t>> waiting_;
  uint64_t found_bytes_ = 0;
  uint64_t may_check_ = state_.limits.checked_names;
};

// Evicts the oldest entries until the namespace is within its limits, with slack for the next
// fills. One event evicts their keys and what depends on them. Entries that are dead anyway
// (expired, evicted, unneeded ghosts) are removed without an event.
//
// `before` is the usage before the command: what exceeded the limits even then is removed
// incrementally, over several commands. Returns the number of live entries evicted.
uint64_t DropOldest(State& state, const EntryUsage& before, std::vector<Event>& events);

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_TRACKING_H_
