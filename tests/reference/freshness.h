#ifndef CACHE_INVALIDATION_TESTS_REFERENCE_FRESHNESS_H_
#define CACHE_INVALIDATION_TESTS_REFERENCE_FRESHNESS_H_

#include <set>
#include <string>
#include <vector>

#include "server/engine/command.h"
#include "tests/reference/model_state.h"

namespace cache_invalidation::reference {

// Whether something moved after a position. `kPerhaps`: only an entry that was evicted earlier
// carried a tag that moved. The caller's copy of that key may carry it too, so a server may say
// "moved" as long as it has not reclaimed the entry.
enum class Moved { kNo, kPerhaps, kYes };

// Of this history, and neither below the floor nor above the head.
bool KnownPosition(const State& state, const engine::PositionView& position);

// Whether any of the nodes was invalidated, marked stale or is pending after the revision, by
// itself or through what it was computed from. A key leads to its entry's tags and dependencies and
// to its declared ones. REQUIRES: a known position.
Moved AnyMoved(const State& state, const std::set<Node>& nodes, uint64_t after);

// The nodes that names stand for.
std::set<Node> NodesOf(const engine::DependencyNames& names);

}  // namespace cache_invalidation::reference

#endif  // CACHE_INVALIDATION_TESTS_REFERENCE_FRESHNESS_H_
