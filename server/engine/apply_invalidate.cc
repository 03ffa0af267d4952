#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/pattern.h"
#include "server/engine/apply.h"
#include "server/engine/emission.h"
#include "server/engine/planner.h"

namespace cache_invalidation::engine {
namespace {

constexpr Cause kCall{CauseStep::kCall, ""};

void AddSorted(TargetKind target, std::vector<absl::string_view> names, PlannedStep& step) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (absl::string_view name : names) step.targets.push_back({target, std::string(name), kCall});
}

std::vector<PlannedStep> PlanCall(State& state, const Invalidate& command, const Pattern* pattern,
                                  uint64_t& widened) {
  std::vector<PlannedStep> steps(1);
  steps[0].strategy = command.strategy;
  AddSorted(TargetKind::kTag, command.tags, steps[0]);
  AddSorted(TargetKind::kKey, command.keys, steps[0]);
  if (pattern != nullptr) {
    steps[0].targets.push_back(
        {TargetKind::kPattern, std::string(command.pattern), kCall, pattern});
  }
  if (command.strategy == Strategy::kCascade) {
    CascadePlan cascade = PlanCascade(state.relationships, command.tags, state.work);
    widened = cascade.widened;
    steps.emplace_back().targets = std::move(cascade.targets);
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
  EmitSteps(state, steps, command.immediate, emission);
  if (emission.Commit(events)) result.invalidations = events.back().invalidations.size();
  result.widened += emission.widened();
  result.revision = state.meta.head;
  FlushIfFull(state, events);
  result.pending_targets = state.pending.targets();
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

}  // namespace cache_invalidation::engine
