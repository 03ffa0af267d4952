#ifndef CACHE_INVALIDATION_COMMON_CONDITION_CHECK_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_CHECK_H_

#include "absl/status/status.h"
#include "common/condition/expression.h"
#include "common/condition/parser.h"

namespace cache_invalidation::condition {

// Refuses the tree below `root` if it names something that nothing declares: the first unknown
// name, unknown function or call that its function does not take, by position.
//
//   line 1, column 1: unknown name `contxt`; did you mean `context`?
//   line 1, column 9: expected a call as `x.contains(y)`, got 2 arguments
//
// REQUIRES: names are resolved (resolve.h), with the same options.
absl::Status CheckNames(NodeId root, const Expression& expression, const ParseOptions& options);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_CHECK_H_
