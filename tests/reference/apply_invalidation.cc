// SPDX-License-Identifier: Apache-2.0

#include <algorithm>

#include "tests/reference/apply.h"
#include "tests/reference/plan.h"
#include "tests/reference/publish.h"

namespace cache_invalidation::reference {
namespace {

using engine::CauseStep;
using engine::EventSource;
using engine::Strategy;
using engine::TargetKind;

void Count(State& state, const Plan& plan) {
  for (Strategy strategy : plan.counted) {
    state.counters.immediate_invalidations += strategy == Strategy::kImmediate;
    state.counters.batched_invalidations += strategy == Strategy::kBatched;
    state.counters.lazy_invalidations += strategy == Strategy::kLazy;
    state.counters.cascade_invalidations += strategy == Strategy::kCascade;
  }
  state.counters.widened += plan.widened;
  for (const std::string& rule : plan.firings) {
    ++state.rule_counters[rule].execution_count;
    state.rule_counters[rule].last_execution = state.now;
  }
  for (const std::string& rule : plan.failures) ++state.rule_counters[rule].condition_errors;
}

Prediction Run(State& state, const Plan& plan, EventSource source) {
  Prediction prediction;
  Count(state, plan);
  Execute(state, plan, source, prediction.events);
  engine::InvalidationResult result;
  result.revision = state.head;
  if (!prediction.events.empty() && prediction.events.front().source == source) {
    result.revision = prediction.events.front().revision;
    result.invalidations = prediction.events.front().invalidations.size();
  } else if (!prediction.events.empty()) {
    result.revision = prediction.events.front().revision - 1;  // only the batch it filled
  }
  result.rules_fired = plan.rules_fired;
  result.widened = plan.widened;
  result.condition_errors = plan.failures.size();
  result.pending_targets = PendingTargets(state);
  prediction.result = result;
  return prediction;
}

}  // namespace

Prediction Apply(State& state, const engine::InvalidateByWrites& command) {
  return Run(state, PlanWrites(state, command), EventSource::kWrite);
}

Prediction Apply(State& state, const engine::Invalidate& command) {
  return Run(state, PlanCall(state, command), EventSource::kCall);
}

Prediction Apply(State& state, const engine::InvalidateWithDependencies& command) {
  Prediction prediction;
  Plan plan;
  plan.counted.push_back(Strategy::kCascade);
  const std::string key(command.key);
  plan.steps.push_back(
      {Strategy::kImmediate, false, {{TargetKind::kKey, key, {CauseStep::kCall, "", false}}}});
  Count(state, plan);
  OwnedEvent event = BuildEvent(state, plan, EventSource::kCall);
  engine::InvalidateWithDependenciesResult result;
  result.invalidated = event.invalidations.size();
  if (!command.recursive) {
    result.invalidated = 1;
    result.dependents_left = event.invalidations.size() - 1;
    event.invalidations = {
        {engine::InvalidationKind::kEvict, TargetKind::kKey, key, {{CauseStep::kCall, "", false}}}};
  }
  Publish(state, event, prediction.events, !command.recursive);
  result.revision = state.head;
  prediction.result = result;
  return prediction;
}

Prediction Apply(State& state, const engine::FlushPendingInvalidations&) {
  Prediction prediction;
  engine::FlushResult result;
  result.flushed = Flush(state, prediction.events);
  result.revision = state.head;
  prediction.result = result;
  return prediction;
}

Prediction Apply(State& state, const engine::FlushBatch& command) {
  if (state.batch_deadline.has_value() && command.generation == state.batch_generation) {
    return Apply(state, engine::FlushPendingInvalidations{});
  }
  Prediction prediction;
  engine::FlushResult result;
  result.revision = state.head;
  prediction.result = result;
  return prediction;
}

Prediction Apply(State& state, const engine::SetBatchDelay& command) {
  Prediction prediction;
  prediction.result = engine::SetBatchDelayResult{state.batch_delay};
  state.batch_delay = command.delay;
  if (state.batch_deadline.has_value()) {
    state.batch_deadline = std::min(*state.batch_deadline, state.now + command.delay);
  }
  return prediction;
}

}  // namespace cache_invalidation::reference
