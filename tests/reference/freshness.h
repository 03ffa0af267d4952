// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_REFERENCE_FRESHNESS_H_
#define CACHE_INVALIDATION_TESTS_REFERENCE_FRESHNESS_H_

#include <set>

#include "server/engine/command.h"
#include "tests/reference/model_state.h"

namespace cache_invalidation::reference {

// Whether something was invalidated after a position. `kPerhaps`: a server may report so, because
// of
//
// - a tag that moved and that only an entry carried which had ended by now, or when that happened:
//   the caller's copy of that key can carry it too, and the server still has the entry;
// - an entry or declaration that may have ended after the position, as far as the server knows.
enum class Moved { kNo, kPerhaps, kYes };

// Returns whether the position is of this history, and neither below the floor nor above the head.
bool KnownPosition(const State& state, const engine::PositionView& position);

// Returns whether the node itself was invalidated, marked stale or is pending after the revision.
// REQUIRES here and below: a known position.
Moved SelfMoved(const State& state, const Node& node, uint64_t after);

// Returns whether any of the nodes moved, by itself or through what it was computed from. A key
// leads to the tags and dependencies of its entry and to its declared ones. Paths through the key
// `except` are ignored. A key, except `filled`, has also moved if its entry is stale, or as defined
// by EndMoved.
Moved AnyMoved(const State& state, const std::set<Node>& nodes, uint64_t after,
               const std::string& except, const std::string& filled);

// Returns whether the names of the key may be unknown to a caller at the revision.
Moved EndMoved(const State& state, const std::string& key, uint64_t after);

// Returns the nodes that names refer to.
std::set<Node> NodesOf(const engine::DependencyNames& names);

}  // namespace cache_invalidation::reference

#endif  // CACHE_INVALIDATION_TESTS_REFERENCE_FRESHNESS_H_
