#ifndef CACHE_INVALIDATION_COMMON_CONDITION_LINT_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_LINT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/condition/expression.h"

namespace cache_invalidation::condition {

// A warning about a condition that is valid but probably not what its author meant.
struct Remark {
  enum class Kind : uint8_t {
    // It reads `context.operation`, or another variable's name, as a field of the context.
    kContextVariable,
    // A variable of the write is compared with something that it never equals: text with a number,
    // a list with text, an operation in another spelling.
    kNeverEqual,
    // A number literal that no plain number in a context equals, or that is rounded.
    kUnequalNumber,
    // It reads a new value without the old one: the rule does not fire for a write by which the row
    // stops meeting the condition.
    kNewValueOnly,
  };

  Kind kind;
  std::string text;
};

// Returns at most one remark of each kind, in the order of the kinds. `variables` are the names of
// the variables; `context` is the one that has fields. Pure.
std::vector<Remark> Lint(const Expression& expression,
                         absl::Span<const absl::string_view> variables);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_LINT_H_
