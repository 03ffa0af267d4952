#ifndef CACHE_INVALIDATION_COMMON_CONDITION_CHECK_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_CHECK_H_

#include "absl/status/status.h"
#include "common/condition/expression.h"
#include "common/condition/parser.h"

namespace cache_invalidation::condition {

// Checks that every name and call in the tree below `root` is declared. Returns INVALID_ARGUMENT
// for the first, by position, that is not: an unknown name, an unknown function, or a call that
// does not match any signature of its function.
//
//   line 1, column 1: unknown name `contxt`; did you mean `context`?
//   line 1, column 9: expected a call of the form `x.contains(y)`, got 2 arguments
//
// REQUIRES: names are resolved (resolve.h), with the same options.
absl::Status CheckNames(NodeId root, const Expression& expression, const ParseOptions& options);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_CHECK_H_
