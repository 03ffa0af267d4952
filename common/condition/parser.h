#ifndef CACHE_INVALIDATION_COMMON_CONDITION_PARSER_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_PARSER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/condition/expression.h"

namespace cache_invalidation::condition {

struct ParseOptions {
  // The names that have a value from outside, in the order of their slots. A name with dots stands
  // for the whole of `a.b`; of several that fit, the longest is meant.
  std::vector<std::string> variables = {};
  // A name `x` may stand for `a.b.x` or `a.x` in the container "a.b"; the innermost first.
  std::string container = {};
  // Refuse what could only ever be an error: names that nothing declares, functions that do not
  // exist or take other arguments, literal patterns that do not compile. Without it, such a node
  // is an error when it is evaluated.
  bool check = true;
};

// The expression that `text` spells.
//
// INVALID_ARGUMENT with where and what was expected, for example "line 1, column 5: expected an
// expression, got `)`", for text that is too long, no UTF-8 or no CEL, and beyond the limits of
// limits.h. Messages (`Name{field: 1}`), optional values and two-variable comprehensions are
// refused.
absl::StatusOr<std::shared_ptr<const Expression>> Parse(absl::string_view text,
                                                        const ParseOptions& options);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_PARSER_H_
