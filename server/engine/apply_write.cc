#include <string>
#include <utility>

#include "server/engine/apply.h"
#include "server/engine/emission.h"
#include "server/engine/planner.h"

namespace cache_invalidation::engine {
namespace {

void CountFirings(State& state, const Plan& plan, InvalidationReply& reply) {
  for (const Firing& firing : plan.fired) {
    const auto counters = state.rule_counters.find(firing.rule->name);
    counters->second.execution_count += firing.times;
    counters->second.condition_errors += firing.condition_errors;
    counters->second.last_execution = state.meta.now;
    state.delta.push_back({RuleCountersRecord{counters->first, counters->second}});
    Count(state, firing.rule->strategy, firing.times);
    reply.rules_fired.push_back(firing.rule->name);
    reply.condition_errors += firing.condition_errors;
  }
}

}  // namespace

ApplyResult Apply(State& state, const InvalidateByWrites& command, std::vector<Event>& events) {
  const Plan plan = PlanWrites(state.rules, state.relationships, command.writes, state.work);
  InvalidationReply reply;
  Count(state, Strategy::kImmediate, command.writes.size() + plan.relationship_expansions);
  CountFirings(state, plan, reply);
  state.meta.widened += plan.widened;
  reply.widened = plan.widened;

  Emission emission(state, EventSource::kWrite);
  if (plan.everything) emission.NameEverything(/*counted=*/true);
  EmitSteps(state, plan.steps, command.immediate, emission);
  if (emission.Commit(events)) reply.invalidations = events.back().invalidations.size();
  reply.widened += emission.widened();
  reply.revision = state.meta.head;
  FlushIfFull(state, events);
  reply.pending_targets = state.pending.targets();
  return reply;
}

}  // namespace cache_invalidation::engine
