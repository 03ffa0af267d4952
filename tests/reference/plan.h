// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_REFERENCE_PLAN_H_
#define CACHE_INVALIDATION_TESTS_REFERENCE_PLAN_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "server/engine/command.h"
#include "tests/reference/model_state.h"

namespace cache_invalidation::reference {

// One target of a step and one reason for it. Ordered as within a step.
struct PlannedTarget {
  engine::TargetKind target = engine::TargetKind::kTag;
  std::string name;
  OwnedCause cause;

  auto operator<=>(const PlannedTarget&) const = default;
};

struct PlannedStep {
  engine::Strategy strategy = engine::Strategy::kImmediate;
  bool batched = false;  // joins the pending batch
  std::set<PlannedTarget> targets;
};

// The targets that a command names, without dependents.
struct Plan {
  std::vector<PlannedStep> steps;
  std::vector<std::string> rules_fired;   // in their order, each once
  std::vector<std::string> firings;       // a rule once for every write that fired it
  std::vector<std::string> failures;      // as firings, if the condition could not be evaluated
  std::vector<engine::Strategy> counted;  // one for each invalidation that counts
  uint64_t widened = 0;
};

Plan PlanWrites(const State& state, const engine::InvalidateByWrites& command);
Plan PlanCall(const State& state, const engine::Invalidate& command);

// The targets that the plan invalidates at once, and those that join the batch.
std::set<TargetName> TargetsNow(const Plan& plan);
std::set<TargetName> TargetsBatched(const Plan& plan);

}  // namespace cache_invalidation::reference

#endif  // CACHE_INVALIDATION_TESTS_REFERENCE_PLAN_H_
