#include "server/engine/rule_condition.h"

#include <utility>

namespace cache_invalidation::engine {
namespace {

// The cost of starting an evaluation, in the units of conditions.
constexpr uint64_t kCostOfBeginning = 10;

}  // namespace

ConditionVerdict JudgeCondition(const CompiledRule& rule, const WriteEvent& write,
                                WorkBudget& budget) {
  if (!rule.condition.has_value()) return {};
  if (!rule.condition->ok()) return {true, rule.condition->status()};
  if (write.resource_id.empty()) {
    return {true, absl::FailedPreconditionError("the write concerns the whole type, not one row")};
  }
  const uint64_t most = budget.condition_cost();
  if (most == 0) {
    return {true, absl::ResourceExhaustedError("the conditions of the command cost too much")};
  }
  Condition::Outcome outcome = (*rule.condition)->Evaluate(write, most);
  budget.SpendOnCondition(outcome.cost + kCostOfBeginning);
  return {outcome.holds, std::move(outcome.error), outcome.cost};
}

}  // namespace cache_invalidation::engine
