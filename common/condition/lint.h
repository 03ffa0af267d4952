#ifndef CACHE_INVALIDATION_COMMON_CONDITION_LINT_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_LINT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/condition/expression.h"

namespace cache_invalidation::condition {

// What a reviewer would ask about a condition that is accepted.
struct Remark {
  enum class Kind : uint8_t {
    // It reads `context.operation`, or another variable's name, as a field of the context.
    kContextVariable,
    // What the write itself says is compared with something that it never is: text with a number,
    // a list with text, an operation in another spelling.
    kNeverEqual,
    // An integer that no number of a context equals.
    kUnequalNumber,
    // It reads a new value without the old one: a row that stops meeting it does not fire the rule.
    kNewValueOnly,
  };

  Kind kind;
  std::string text;
};

// At most one remark of each kind, in order of the kinds. `variables`: the names of the variables,
// of which `context` is the one that holds fields. Pure.
std::vector<Remark> Lint(const Expression& expression,
                         absl::Span<const absl::string_view> variables);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_LINT_H_
