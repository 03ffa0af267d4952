// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_COMMON_CONDITION_PARSER_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_PARSER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/condition/expression.h"

namespace cache_invalidation::condition {

struct ParseOptions {
  // The names of the variables, in the order of their slots. A name with dots matches `a.b` as a
  // whole; the longest match wins.
  std::vector<std::string> variables = {};
  // In the container "a.b", a name `x` may resolve to `a.b.x` or `a.x`, in this order.
  std::string container = {};
  // Whether to reject what would always be an error: undeclared names, functions that do not exist
  // or take other arguments, literal patterns that do not compile. If false, evaluating such a node
  // is an error.
  bool check = true;
};

// Parses `text`.
//
// Returns INVALID_ARGUMENT with the position and what was expected, for example "line 1, column 5:
// expected an expression, got `)`", for text that is too long, not UTF-8, not CEL, or beyond a
// limit of limits.h. Messages (`Name{field: 1}`), optional values and two-variable comprehensions
// are not supported.
absl::StatusOr<std::shared_ptr<const Expression>> Parse(absl::string_view text,
                                                        const ParseOptions& options);

// Resolves the names in the tree below `root`, and assigns slots to comprehensions.
//
// If an enclosing comprehension binds the first part of a name, that variable is meant. Otherwise
// the longest match among the variables and the names of types is taken; its selections become one
// identifier, or a literal of the type. A leading dot, which is removed, skips comprehensions and
// the container. A name without a match has the scope kUndeclared.
void ResolveNames(NodeId root, const ParseOptions& options, ExpressionBuilder& builder);

// Checks that every name and call in the tree below `root` is declared. Returns INVALID_ARGUMENT
// for the first, by position, that is not: an unknown name, an unknown function, or a call that
// does not match any signature of its function.
//
//   line 1, column 1: unknown name `contxt`; did you mean `context`?
//   line 1, column 9: expected a call of the form `x.contains(y)`, got 2 arguments
//
// REQUIRES: names are resolved with the same options.
absl::Status CheckNames(NodeId root, const Expression& expression, const ParseOptions& options);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_PARSER_H_
