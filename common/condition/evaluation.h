#ifndef CACHE_INVALIDATION_COMMON_CONDITION_EVALUATION_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_EVALUATION_H_

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "common/condition/evaluator.h"

namespace cache_invalidation::condition {

// One evaluation on its way: a walk over the tree. Evaluate (evaluator.h) is its face.
class Evaluation {
 public:
  // All must outlive it; `observer` may be null.
  Evaluation(const Expression& expression, Variables variables, Budget& budget,
             EvaluationObserver* observer)
      : expression_(expression),
        variables_(variables),
        budget_(budget),
        observer_(observer),
        bound_(expression.comprehension_slots()) {}

  // The value of a node; errors know where they arose.
  Value Of(NodeId id);

 private:
  // Of one node, by its kind. Their errors may not know yet where they arose.
  Value OfNode(const Node& node);
  Value OfIdentifier(const Node& node);
  Value OfSelect(const Node& node);
  Value OfHas(const Node& node);
  Value OfIndex(const Node& node);
  Value OfCall(const Node& node);
  Value OfList(const Node& node);
  Value OfMap(const Node& node);
  // `decisive`: the value that decides whatever the other terms are; errors included, which count
  // only if nothing decides.
  Value OfAndOr(const Node& node, bool decisive);
  Value OfConditional(const Node& node);
  // What was found under that name; an error is told with it.
  Value Named(Value found, absl::string_view name);

  // evaluation_comprehension.cc
  Value OfComprehension(const Node& node);
  Value OfAllOrExists(const Node& node, Value range, bool decisive);
  Value OfExistsOne(const Node& node, Value range);
  Value OfFilterOrMap(const Node& node, Value range);

  const Expression& expression_;
  const Variables variables_;
  Budget& budget_;
  EvaluationObserver* const observer_;
  // The values of comprehension variables, by their slots.
  absl::InlinedVector<Value, 4> bound_;
};

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_EVALUATION_H_
