#ifndef CACHE_INVALIDATION_COMMON_CONDITION_EVALUATOR_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_EVALUATOR_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "common/condition/budget.h"
#include "common/condition/expression.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

// The value of a variable, by its slot; asked for whenever the evaluation comes across it. An error
// if it has none.
using Variables = absl::FunctionRef<Value(uint32_t slot)>;

// Hears of every node that is evaluated, literals excepted: once per element within the body of a
// comprehension.
class EvaluationObserver {
 public:
  // The evaluation of a node begins; those of its children come before its End.
  virtual void Begin(NodeId node) = 0;
  virtual void End(NodeId node, Value value) = 0;

 protected:
  ~EvaluationObserver() = default;
};

// What an expression evaluates to: a value or an error that says where it arose.
//
// Always ends: it costs at most what the budget allows, makes at most what its arena holds, and
// goes only as deep as the expression. Without side effects. What it answers may point into the
// expression, the variables and the arena.
Value Evaluate(const Expression& expression, Variables variables, Budget& budget,
               EvaluationObserver* observer = nullptr);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_EVALUATOR_H_
