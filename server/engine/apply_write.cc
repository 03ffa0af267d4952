#include <string>
#include <utility>

#include "server/engine/apply.h"
#include "server/engine/emission.h"
#include "server/engine/planner.h"

namespace cache_invalidation::engine {
namespace {

void CountFirings(State& state, const Plan& plan, InvalidationResult& result) {
  for (const Firing& firing : plan.fired) {
    const auto counters = state.rule_counters.find(firing.rule->name);
    counters->second.execution_count += firing.times;
    counters->second.condition_errors += firing.condition_errors;
    counters->second.last_execution = state.meta.now;
    state.delta.push_back({RuleCountersRecord{counters->first, counters->second}});
    Count(state, firing.rule->strategy, firing.times);
    result.rules_fired.push_back(firing.rule->name);
    result.condition_errors += firing.condition_errors;
  }
}

}  // namespace

ApplyResult Apply(State& state, const InvalidateByWrites& command, std::vector<Event>& events) {
  const Plan plan = PlanWrites(state.rules, state.relationships, command.writes, state.work);
  InvalidationResult result;
  Count(state, Strategy::kImmediate, command.writes.size() + plan.relationship_expansions);
  CountFirings(state, plan, result);
  state.meta.widened += plan.widened;
  result.widened = plan.widened;

  Emission emission(state, EventSource::kWrite);
  if (plan.everything) emission.NameEverything(/*counted=*/true);
  EmitSteps(state, plan.steps, command.immediate, emission);
  if (emission.Commit(events)) result.invalidations = events.back().invalidations.size();
  result.widened += emission.widened();
  result.revision = state.meta.head;
  FlushIfFull(state, events);
  result.pending_targets = state.pending.targets();
  return result;
}

}  // namespace cache_invalidation::engine
