// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_REFERENCE_SPREAD_H_
#define CACHE_INVALIDATION_TESTS_REFERENCE_SPREAD_H_

#include <map>
#include <set>
#include <string>

#include "tests/reference/model_state.h"

namespace cache_invalidation::reference {

// How a key was reached through a dependency edge.
struct Dependent {
  engine::InvalidationKind kind = engine::InvalidationKind::kEvict;
  std::string cause;  // the name in the edge through which it was reached
};

// Returns every key that follows the targets through dependency edges, breadth first: first the
// keys reached from evicted targets, then the further ones reached from stale targets. A target key
// is included if an edge leads from it to something reached.
std::map<std::string, Dependent> Spread(const State& state, const std::set<TargetName>& evicted,
                                        const std::set<TargetName>& stale);

}  // namespace cache_invalidation::reference

#endif  // CACHE_INVALIDATION_TESTS_REFERENCE_SPREAD_H_
