// Evaluates the condition of a rule for a write.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_RULE_CONDITION_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_RULE_CONDITION_H_

#include <cstdint>

#include "absl/status/status.h"
#include "common/condition/condition.h"
#include "server/engine/command.h"
#include "server/engine/rule_set.h"
#include "server/engine/work_budget.h"

namespace cache_invalidation::engine {

// The result of a condition for one write.
struct ConditionVerdict {
  // Whether the rule fires. True without a condition, and if it could not be evaluated.
  bool holds = true;
  // Not OK: why it could not be evaluated.
  absl::Status failure;
  // In units, see common/condition/limits.h.
  uint64_t cost = 0;

  bool failed() const { return !failure.ok(); }
};

// A write without an id concerns an unknown set of rows, so the condition is not evaluated and
// counts as failed. The same applies if the condition costs more than the budget has left. The cost
// is charged to `budget`.
ConditionVerdict JudgeCondition(const CompiledRule& rule, const WriteEvent& write,
                                WorkBudget& budget);

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_RULE_CONDITION_H_
