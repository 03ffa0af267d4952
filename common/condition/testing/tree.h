// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_COMMON_CONDITION_TESTING_TREE_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_TESTING_TREE_H_

#include <string>

#include "common/condition/expression.h"

namespace cache_invalidation::condition {

// Formats the tree of an expression for comparison in tests: each node in parentheses, its kind
// first.
//
//   a.b + 1 in [2u]  (in (+ (select b (variable 0)) 1) (list 2u))
//
// `&&` is `and`, names are (variable SLOT), (bound SLOT) or (undeclared NAME), comprehensions
// (exists SLOT RANGE PREDICATE), calls (name ARGUMENTS) with a dot in front of the name if the
// first argument is the target.
std::string PrintTree(const Expression& expression);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_TESTING_TREE_H_
