// Tracking: puts the fills of one call into the graph.

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
#include "server/engine/reply.h"
#include "server/engine/state.h"

namespace cache_invalidation::engine {

// What a fill is about.
Footprint FootprintOf(const TrackedEntry& entry);

// Ends what is over of the entry's key and of the keys it names, so that nothing of it comes back.
void SettleNamed(State& state, const TrackedEntry& entry);

// An entry collects what all of its fills name. Where that becomes too much, the old entry goes by
// an event of the source LIMIT, with what depends on it, and begins anew with the fill: one event
// for all such entries of the call.
//
//   Tracking tracking(state, reply);
//   tracking.Add(...);                   // every fill that may be kept
//   dropped = tracking.BeginAnew(events);
//
// One use each. Thread-compatible.
class Tracking {
 public:
  Tracking(State& state, TrackEntriesReply& reply) : state_(state), reply_(reply) {}

  // Tracks the fill, which stands at that place among the results. A fill of an entry that is to go
  // waits for BeginAnew.
  void Add(const TrackedEntry& entry, size_t result);

  // Lets the entries go that are too large, and tracks what waited, unless it was computed from
  // what went, or is too large again: that is refused, as are the earlier fills of those entries.
  // Answers how many went. REQUIRES: the reply has the results of all fills.
  uint64_t BeginAnew(std::vector<Event>& events);

 private:
  bool HasRoom(const Key& key, const Fill& fill);
  // `before`: the head before the event.
  void TrackAnew(const TrackedEntry& entry, uint64_t before, TrackResult& result);
  void Refuse(TrackResult& result);

  State& state_;
  TrackEntriesReply& reply_;
  KeySet too_large_;
  std::vector<std::pair<const TrackedEntry*, size_t>> waiting_;
  uint64_t found_bytes_ = 0;
  uint64_t may_check_ = state_.limits.checked_names;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_TRACKING_H_
