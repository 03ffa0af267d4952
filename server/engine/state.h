// SPDX-License-Identifier: Apache-2.0

// State: everything the engine holds of one namespace. Commands change it in the apply_*.cc files,
// queries read it in the answer_*.cc files.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_STATE_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_STATE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/engine/broad_revisions.h"
#include "server/engine/freshness.h"
#include "server/engine/graph.h"
#include "server/engine/limits.h"
#include "server/engine/pending_batch.h"
#include "server/engine/record.h"
#include "server/engine/result.h"
#include "server/engine/rule_set.h"
#include "server/engine/sweep_round.h"
#include "server/engine/work_budget.h"

namespace cache_invalidation::engine {

// See Engine. Used by the functions of apply.h; thread-compatible.
struct State {
  State(absl::string_view epoch, const Limits& limits) : epoch(epoch), limits(limits) {}

  // `questions`: the number of fills or keys of one command that share the steps for matching.
  Freshness freshness(size_t questions = 1) const { return freshness_at(meta.now, questions); }
  // The same at the time of a query.
  Freshness freshness_at(absl::Time now, size_t questions = 1) const {
    return Freshness(graph, broad, pending, meta.forgotten_end, std::max(now, meta.now),
                     grounding_steps, limits.steps / std::max<size_t>(1, questions));
  }

  const std::string epoch;
  const Limits limits;
  // Head, floor, time and counters as stored. The batch delay is stored by `pending`.
  MetaRecord meta;
  // The work left for the command.
  WorkBudget work{limits.steps, limits.expanded_bytes};
  // Edges that the command or query may still search to decide whether ghosts are needed.
  mutable uint64_t grounding_steps = kMaxGroundingSteps;
  // The number of expired declarations that the command may still end.
  uint64_t ends_of_edges = kEdgesEndedAtOnce;
  // What the command has changed so far.
  Delta delta;
  Graph graph{delta};
  PendingBatch pending{delta, limits.causes};
  BroadRevisions broad{limits.patterns};
  RuleSet rules;
  RelationshipSet relationships;
  // By rule name, for every rule.
  std::map<std::string, RuleCounters, std::less<>> rule_counters;
  // The items of the last flush: its event points into them.
  PendingBatch::Items flushed;
  SweepRound round;
};

// Whether a caller's position can be compared with the revisions here: same epoch, not below the
// floor, not above the head.
inline bool IsKnownPosition(const State& state, const PositionView& position) {
  return position.epoch == state.epoch && position.revision >= state.meta.floor &&
         position.revision <= state.meta.head;
}

// Returns everything that a later outcome may depend on as text, in an order that depends only on
// the state. Two engines with equal dumps behave alike. For tests.
std::string Dump(const State& state);

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_STATE_H_
