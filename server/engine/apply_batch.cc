#include "common/limits.h"
#include "server/engine/apply.h"
#include "server/engine/closure.h"
#include "server/engine/emission.h"

namespace cache_invalidation::engine {
namespace {

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

}  // namespace

void EmitSteps(State& state, absl::Span<const PlannedStep> steps, bool immediate,
               Emission& emission) {
  std::vector<const PlannedTarget*> batched;
  for (const PlannedStep& step : steps) {
    if (step.strategy == Strategy::kBatched && !immediate) {
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
