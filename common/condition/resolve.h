#ifndef CACHE_INVALIDATION_COMMON_CONDITION_RESOLVE_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_RESOLVE_H_

#include "common/condition/expression.h"
#include "common/condition/parser.h"

namespace cache_invalidation::condition {

// Finds out what the names in the tree below `root` mean, and gives comprehensions their slots.
//
// The first part of a name that a comprehension around it binds is that variable, whatever else
// could be meant; of variables with dots and the names of types the longest that fits is meant, and
// its selections become one identifier, or the literal of the type. A leading dot, which no name
// has afterwards, keeps both comprehensions and the container out. What remains has the scope
// kUndeclared.
void ResolveNames(NodeId root, const ParseOptions& options, ExpressionBuilder& builder);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_RESOLVE_H_
