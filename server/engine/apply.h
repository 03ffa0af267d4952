// SPDX-License-Identifier: Apache-2.0

// Commands: one function per command type, each in the file of its family. Each changes the state
// and appends the events that it emits to `events`; the engine completes the outcome.
//
// Queries: one function per query type, each in the file of its family. `now` is the time of the
// query. The state does not change.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_APPLY_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_APPLY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "server/engine/command.h"
#include "server/engine/emission.h"
#include "server/engine/event.h"
#include "server/engine/model.h"
#include "server/engine/planner.h"
#include "server/engine/query.h"
#include "server/engine/result.h"
#include "server/engine/state.h"

namespace cache_invalidation::engine {

using ApplyResult = absl::StatusOr<Result>;

// apply_invalidate.cc
ApplyResult Apply(State& state, const InvalidateByWrites& command, std::vector<Event>& events);
ApplyResult Apply(State& state, const Invalidate& command, std::vector<Event>& events);
ApplyResult Apply(State& state, const InvalidateWithDependencies& command,
                  std::vector<Event>& events);
ApplyResult Apply(State& state, const FlushPendingInvalidations& command,
                  std::vector<Event>& events);
ApplyResult Apply(State& state, const FlushBatch& command, std::vector<Event>& events);
ApplyResult Apply(State& state, const SetBatchDelay& command, std::vector<Event>& events);

// apply_declaration.cc
ApplyResult Apply(State& state, const RegisterRule& command, std::vector<Event>& events);
ApplyResult Apply(State& state, const DeleteRule& command, std::vector<Event>& events);
ApplyResult Apply(State& state, const RegisterRelationship& command, std::vector<Event>& events);
ApplyResult Apply(State& state, const DeleteRelationship& command, std::vector<Event>& events);
ApplyResult Apply(State& state, const ApplyDeclarations& command, std::vector<Event>& events);
ApplyResult Apply(State& state, const CreateNamespace& command, std::vector<Event>& events);
ApplyResult Apply(State& state, const DeleteNamespace& command, std::vector<Event>& events);

// apply_dependency.cc
ApplyResult Apply(State& state, const AddCacheDependency& command, std::vector<Event>& events);
ApplyResult Apply(State& state, const RemoveCacheDependency& command, std::vector<Event>& events);

// apply_entry.cc
ApplyResult Apply(State& state, const TrackEntries& command, std::vector<Event>& events);
ApplyResult Apply(State& state, const UntrackEntries& command, std::vector<Event>& events);

// apply_sweep.cc
ApplyResult Apply(State& state, const Sweep& command, std::vector<Event>& events);
// See Engine::FreeNames.
uint64_t FreeNames(State& state, uint64_t limit);

// What the command changes in the state, with the warnings of its declarations. Fails with
// INVALID_ARGUMENT for a condition that does not parse, and with RESOURCE_EXHAUSTED if the
// namespace would hold too many rules or relationships; the message begins with the path of the
// field. `prepared`: that of the command.
absl::StatusOr<ApplyDeclarationsResult> DeclarationChanges(const State& state,
                                                           const ApplyDeclarations& command,
                                                           const PreparedDeclarations& prepared);

// Adds or replaces a rule. A replacement keeps the counters of the rule it replaces.
void StoreRule(State& state, std::shared_ptr<const CompiledRule> rule);

// Routes planned steps by strategy: BATCHED steps go to the pending batch, the others to
// `emission`. With `immediate`, BATCHED steps go to `emission` as well.
void EmitSteps(State& state, absl::Span<const PlannedStep> steps, bool immediate,
               Emission& emission);

// Flushes the pending batch as one event. Returns the number of distinct targets it held.
uint32_t Flush(State& state, std::vector<Event>& events);

// Flushes the batch if it has reached its limit of targets, patterns or bytes.
void FlushIfFull(State& state, std::vector<Event>& events);

// Adds accepted invalidations to the statistics of their strategy.
inline void Count(State& state, Strategy strategy, uint64_t times) {
  constexpr uint64_t MetaRecord::*kCounts[] = {
      &MetaRecord::immediate_invalidations, &MetaRecord::batched_invalidations,
      &MetaRecord::lazy_invalidations, &MetaRecord::cascade_invalidations};
  state.meta.*kCounts[static_cast<size_t>(strategy)] += times;
}

// answer_declaration.cc
Result Answer(const State& state, const GetRule& query, absl::Time now);
Result Answer(const State& state, const ListRules& query, absl::Time now);
Result Answer(const State& state, const GetRelationship& query, absl::Time now);
Result Answer(const State& state, const ListRelationships& query, absl::Time now);
Result Answer(const State& state, const GetInvalidationStats& query, absl::Time now);
Result Answer(const State& state, const ValidateDeclarations& query, absl::Time now);

// answer_entry.cc
Result Answer(const State& state, const ListCacheDependencies& query, absl::Time now);
Result Answer(const State& state, const LookupEntry& query, absl::Time now);
Result Answer(const State& state, const Validate& query, absl::Time now);

// explain.cc
Result Answer(const State& state, const ExplainWrite& query, absl::Time now);

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_APPLY_H_
