// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_STATS_H_
#define CACHE_INVALIDATION_CLIENT_STATS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "client/call_options.h"
#include "client/position.h"
#include "client/rule.h"
#include "client/strategy.h"

namespace cache_invalidation::client {

struct RuleDetail {
  std::string name = {};
  int32_t priority = 0;
  InvalidationStrategy strategy = InvalidationStrategy::kImmediate;
  bool enabled = false;
  RuleStatistics statistics = {};

  bool operator==(const RuleDetail&) const = default;
};

// The counters of a namespace; all zero if it does not exist.
struct InvalidationStats {
  // Number of registered rules and relationships.
  uint64_t rules = 0;
  uint64_t relationships = 0;

  // Counted at acceptance: one per written row (immediate), per relationship that a write expanded
  // (immediate), per fired rule (under its strategy) and per explicit call (under its strategy).
  // The total is their sum.
  uint64_t total_invalidations = 0;
  uint64_t immediate_invalidations = 0;
  uint64_t batched_invalidations = 0;
  uint64_t lazy_invalidations = 0;
  uint64_t cascade_invalidations = 0;

  // Targets that replaced something narrower that could not be named.
  uint64_t widened = 0;

  // Targets in the pending batch.
  uint64_t pending_targets = 0;

  // Entries in the table. Evicted and expired entries count until they are swept.
  uint64_t tracked_entries = 0;

  // Edges that are declared, or owned by tracked entries.
  uint64_t dependency_edges = 0;

  // Fills without a position, which could not be checked, and fills that were refused.
  uint64_t unchecked_fills = 0;
  uint64_t refused_fills = 0;

  // Entries dropped because the namespace was full or they had too many names.
  uint64_t dropped_entries = 0;

  // Streams subscribed to the namespace.
  uint64_t subscribers = 0;

  // The head.
  Position position = {};

  // In the order in which the rules run.
  std::vector<RuleDetail> rule_details = {};

  bool operator==(const InvalidationStats&) const = default;
};

struct GetInvalidationStatsParams {
  CallOptions options = {};
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_STATS_H_
