#include "server/engine/rule_condition.h"

#include <utility>

namespace cache_invalidation::engine {

Condition::Write ConditionInput(const WriteEvent& write) {
  return {.operation = write.operation,
          .resource_type = write.resource_type,
          .resource_id = write.resource_id,
          .tags = write.tags,
          .context = write.context};
}

ConditionVerdict JudgeCondition(const CompiledRule& rule, const WriteEvent& write) {
  if (!rule.condition.has_value()) return {};
  if (!rule.condition->ok()) return {true, rule.condition->status()};
  if (write.resource_id.empty()) {
    return {true, absl::FailedPreconditionError("the write concerns the whole type, not one row")};
  }
  Condition::Outcome outcome = (*rule.condition)->Evaluate(ConditionInput(write));
  return {outcome.holds, std::move(outcome.error)};
}

}  // namespace cache_invalidation::engine
