// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_COMMON_CONDITION_EVALUATOR_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_EVALUATOR_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "common/condition/budget.h"
#include "common/condition/expression.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

// Returns the value of the variable in a slot, or an error if it has none. Called each time the
// evaluation reaches the variable.
using Variables = absl::FunctionRef<Value(uint32_t slot)>;

// Is notified of every node that is evaluated, literals excepted. The body of a comprehension is
// evaluated once per element.
class EvaluationObserver {
 public:
  // The evaluation of a node begins. Its children are evaluated before its End.
  virtual void Begin(NodeId node) = 0;
  virtual void End(NodeId node, Value value) = 0;

 protected:
  ~EvaluationObserver() = default;
};

// Evaluates an expression. Returns a value, or an error with the node that it came from.
//
// Always terminates: cost and memory are bounded by the budget, recursion by the depth of the
// expression. No side effects. The result may point into the expression, the variables and the
// budget's arena.
Value Evaluate(const Expression& expression, Variables variables, Budget& budget,
               EvaluationObserver* observer = nullptr);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_EVALUATOR_H_
