#ifndef CACHE_INVALIDATION_COMMON_CONDITION_RESOLVE_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_RESOLVE_H_

#include "common/condition/expression.h"
#include "common/condition/parser.h"

namespace cache_invalidation::condition {

// Resolves the names in the tree below `root`, and assigns slots to comprehensions.
//
// If an enclosing comprehension binds the first part of a name, that variable is meant. Otherwise
// the longest match among the variables and the names of types is taken; its selections become one
// identifier, or a literal of the type. A leading dot, which is removed, skips comprehensions and
// the container. A name without a match has the scope kUndeclared.
void ResolveNames(NodeId root, const ParseOptions& options, ExpressionBuilder& builder);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_RESOLVE_H_
