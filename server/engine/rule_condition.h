// The condition of a rule, asked about a write.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_RULE_CONDITION_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_RULE_CONDITION_H_

#include <cstdint>

#include "absl/status/status.h"
#include "common/condition/condition.h"
#include "server/engine/command.h"
#include "server/engine/rule_set.h"
#include "server/engine/work_budget.h"

namespace cache_invalidation::engine {

// What a condition says of a write.
struct ConditionVerdict {
  // Whether the rule fires. True without a condition, and where it could not be evaluated.
  bool holds = true;
  // Not OK: why it could not be evaluated.
  absl::Status failure;
  // In units, see common/condition/limits.h.
  uint64_t cost = 0;

  bool failed() const { return !failure.ok(); }
};

// A write without an id concerns rows that nobody looked at: what a condition would say of them
// cannot be told, so it is not evaluated and counts as failed. So does one that costs more than the
// command has left, which is taken from `budget`.
ConditionVerdict JudgeCondition(const CompiledRule& rule, const WriteEvent& write,
                                WorkBudget& budget);

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_RULE_CONDITION_H_
