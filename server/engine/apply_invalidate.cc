// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/limits.h"
#include "common/pattern.h"
#include "server/engine/apply.h"
#include "server/engine/closure.h"
#include "server/engine/emission.h"
#include "server/engine/planner.h"

namespace cache_invalidation::engine {
namespace {

constexpr Cause kCall{CauseStep::kCall, ""};

void AddSorted(TargetKind target, std::vector<absl::string_view> names, PlannedStep& step) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (absl::string_view name : names) step.targets.push_back({target, name, kCall});
}

std::vector<PlannedStep> PlanCall(State& state, const Invalidate& command, const Pattern* pattern,
                                  uint64_t& widened) {
  std::vector<PlannedStep> steps(1);
  steps[0].strategy = command.strategy;
  AddSorted(TargetKind::kTag, command.tags, steps[0]);
  AddSorted(TargetKind::kKey, command.keys, steps[0]);
  if (pattern != nullptr) {
    steps[0].targets.push_back({TargetKind::kPattern, command.pattern, kCall, pattern});
  }
  if (command.strategy == Strategy::kCascade) {
    CascadePlan cascade = PlanCascade(state.relationships, command.tags, state.work);
    widened = cascade.widened;
    steps.push_back(std::move(cascade.step));
  }
  return steps;
}

// The number of keys that depend on the key, directly or not.
uint64_t CountDependents(const State& state, absl::string_view key) {
  const Freshness freshness = state.freshness();
  Closure closure(state.graph, freshness);
  closure.AddKey(key);
  closure.Spread(InvalidationKind::kEvict);
  const std::vector<Key*> dependents = closure.Dependents();
  return std::count_if(dependents.begin(), dependents.end(),
                       [key](const Key* dependent) { return dependent->name != key; });
}

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

// Adds the targets and their current dependents to the pending batch. Returns false if the work
// limit was reached before all dependents were found.
bool AddToBatch(State& state, absl::Span<const PlannedTarget* const> targets) {
  const Freshness freshness = state.freshness();
  Closure closure(state.graph, freshness, state.work);
  closure.StopBeyond(state.limits.pending_bytes, 2 * PendingBatch::kBytesPerItem, true);
  for (const PlannedTarget* target : targets) {
    const auto& [type, name, cause, pattern] = *target;
    state.pending.Add(type, name, cause, /*dependent=*/false, state.meta.now, pattern);
    if (type == TargetKind::kTag) closure.AddTag(name);
    if (type == TargetKind::kKey) closure.AddKey(name);
    if (type == TargetKind::kPattern) {
      closure.AddPattern(pattern != nullptr ? *pattern : state.broad.Compiled(name));
    }
  }
  if (!closure.is_complete()) return false;
  closure.Spread(InvalidationKind::kEvict);
  if (!closure.is_complete()) return false;
  for (Key* key : closure.Dependents()) {
    const Cause cause{CauseStep::kDependency, closure.reached().at(key).via->name};
    state.pending.Add(TargetKind::kKey, key->name, cause, /*dependent=*/true, state.meta.now);
  }
  return true;
}

// Emits the steps of a command and completes its result.
void EmitAll(State& state, absl::Span<const PlannedStep> steps, bool immediate, Emission& emission,
             InvalidationResult& result, std::vector<Event>& events) {
  EmitSteps(state, steps, immediate, emission);
  if (emission.Commit(events)) result.invalidations = events.back().invalidations.size();
  result.widened += emission.widened();
  result.revision = state.meta.head;
  FlushIfFull(state, events);
  result.pending_targets = state.pending.targets();
}

}  // namespace

ApplyResult Apply(State& state, const Invalidate& command, std::vector<Event>& events) {
  InvalidationResult result;
  uint64_t widened = 0;
  std::optional<Pattern> pattern;
  if (!command.pattern.empty()) pattern = state.broad.Compiled(command.pattern);
  const std::vector<PlannedStep> steps =
      PlanCall(state, command, pattern.has_value() ? &*pattern : nullptr, widened);
  Count(state, command.strategy, 1);
  state.meta.widened += widened;
  result.widened = widened;

  Emission emission(state, EventSource::kCall);
  if (command.everything) {
    const InvalidationKind kind = command.strategy == Strategy::kLazy ? InvalidationKind::kMarkStale
                                                                      : InvalidationKind::kEvict;
    emission.Add(kind, TargetKind::kEverything, "", kCall);
  }
  if (state.work.is_spent()) emission.NameEverything(/*counted=*/false);
  EmitAll(state, steps, command.immediate, emission, result, events);
  return result;
}

ApplyResult Apply(State& state, const InvalidateWithDependencies& command,
                  std::vector<Event>& events) {
  InvalidateWithDependenciesResult result;
  Count(state, Strategy::kCascade, 1);
  Emission emission(state, EventSource::kCall);
  emission.Add(InvalidationKind::kEvict, TargetKind::kKey, command.key, kCall);
  if (!command.recursive) {
    result.dependents_left = CountDependents(state, command.key);
    emission.LeaveDependents();
  }
  emission.Commit(events);
  result.invalidated = events.back().invalidations.size();
  result.revision = state.meta.head;
  return result;
}

ApplyResult Apply(State& state, const InvalidateByWrites& command, std::vector<Event>& events) {
  const Plan plan = PlanWrites(state.rules, state.relationships, command.writes, state.work);
  InvalidationResult result;
  Count(state, Strategy::kImmediate, command.writes.size() + plan.relationship_expansions);
  CountFirings(state, plan, result);
  state.meta.widened += plan.widened;
  result.widened = plan.widened;

  Emission emission(state, EventSource::kWrite);
  if (plan.everything) emission.NameEverything(/*counted=*/true);
  EmitAll(state, plan.steps, command.immediate, emission, result, events);
  return result;
}

void EmitSteps(State& state, absl::Span<const PlannedStep> steps, bool immediate,
               Emission& emission) {
  const auto is_batched = [immediate](const PlannedStep& step) {
    return step.strategy == Strategy::kBatched && !immediate;
  };
  size_t targets = 0;
  for (const PlannedStep& step : steps) targets += is_batched(step) ? 0 : step.targets.size();
  emission.Reserve(targets);
  std::vector<const PlannedTarget*> batched;
  for (const PlannedStep& step : steps) {
    if (is_batched(step)) {
      for (const PlannedTarget& target : step.targets) batched.push_back(&target);
      continue;
    }
    const InvalidationKind kind =
        step.strategy == Strategy::kLazy ? InvalidationKind::kMarkStale : InvalidationKind::kEvict;
    for (const PlannedTarget& target : step.targets) {
      emission.Add(kind, target.target, target.name, target.cause, target.pattern);
    }
  }
  if (!batched.empty() && !AddToBatch(state, batched)) emission.NameEverything(/*counted=*/false);
}

uint32_t Flush(State& state, std::vector<Event>& events) {
  const uint32_t targets = state.pending.targets();
  state.flushed = state.pending.Take();
  Emission emission(state, EventSource::kBatch);
  for (const auto& [target, item] : state.flushed) {
    const auto& [type, name] = target;
    for (const PendingBatch::PendingCause& cause : item.causes) {
      const Cause view{cause.step, cause.name, cause.widened, cause.condition_failed};
      if (item.dependent) {
        emission.AddDependent(name, view);
      } else {
        emission.Add(InvalidationKind::kEvict, type, name, view,
                     item.pattern.has_value() ? &*item.pattern : nullptr);
      }
    }
  }
  emission.SortCauses();
  emission.Commit(events);
  return targets;
}

void FlushIfFull(State& state, std::vector<Event>& events) {
  const bool full = state.pending.targets() >= kMaxPendingTargets ||
                    state.pending.patterns() >= state.limits.pending_patterns ||
                    state.pending.bytes() >= state.limits.pending_bytes;
  if (full) Flush(state, events);
}

ApplyResult Apply(State& state, const FlushPendingInvalidations&, std::vector<Event>& events) {
  const uint32_t flushed = Flush(state, events);
  return FlushResult{state.meta.head, flushed};
}

ApplyResult Apply(State& state, const FlushBatch& command, std::vector<Event>& events) {
  uint32_t flushed = 0;
  if (!state.pending.empty() && command.generation == state.pending.generation()) {
    flushed = Flush(state, events);
  }
  return FlushResult{state.meta.head, flushed};
}

ApplyResult Apply(State& state, const SetBatchDelay& command, std::vector<Event>&) {
  const absl::Duration previous = state.pending.delay();
  state.pending.SetDelay(command.delay, state.meta.now);
  return SetBatchDelayResult{previous};
}

}  // namespace cache_invalidation::engine
