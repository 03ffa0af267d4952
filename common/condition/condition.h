// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_COMMON_CONDITION_CONDITION_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_CONDITION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/condition/expression.h"
#include "common/condition/limits.h"
#include "common/write_event.h"

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
    // Its value is no boolean, whatever the write: it cannot be evaluated, so the rule always
    // fires.
    kNotBoolean,
  };

  Kind kind;
  std::string text;
};

// Returns at most one remark of each kind, in the order of the kinds. `variables` are the names of
// the variables; `context` is the one that has fields. Pure.
std::vector<Remark> Lint(const Expression& expression,
                         absl::Span<const absl::string_view> variables);

}  // namespace cache_invalidation::condition

namespace cache_invalidation {

// The condition of a rule: a CEL expression over the variables `operation`, `resource_type`,
// `resource_id`, `tags` and `context` of a write (docs/conditions.md).
//
//   absl::StatusOr<Condition> condition = Condition::Parse(R"(operation == "delete")");
//   if (condition->Evaluate({.resource_type = "user", .operation = "delete"}).holds) Fire();
//
// Immutable and thread-safe. Copies share the parsed expression.
class Condition {
 public:
  // Returns INVALID_ARGUMENT with line and column, without the path of the field, for text that is
  // too long, not CEL, or uses a name that writes do not have.
  static absl::StatusOr<Condition> Parse(absl::string_view text);

  // The text as given to Parse.
  const std::string& text() const { return expression_->text(); }

  struct Outcome {
    // Also true if the condition could not be evaluated: a needless invalidation costs a cache
    // miss, a missing one serves wrong data.
    bool holds = true;
    // Not OK if the condition could not be evaluated, with line and column: FAILED_PRECONDITION for
    // an unexpected value, such as a missing field; RESOURCE_EXHAUSTED if the cost limit was
    // exceeded.
    absl::Status error;
    // The cost of the evaluation in units (limits.h).
    uint64_t cost = 0;
  };

  // Never blocks, never throws and has no side effects. The cost is limited to `max_cost`, and to
  // kMaxCost of limits.h.
  Outcome Evaluate(const WriteEvent& write, uint64_t max_cost = condition::kMaxCost) const;

  // One evaluated part of the condition, with its value.
  struct Step {
    // The range in text(), enclosing parentheses included.
    condition::SourceRange source;
    // In the syntax of the language, truncated if long; the message of an error.
    std::string value;
    bool is_error = false;
    // The number of steps that enclose this one.
    int depth = 0;
  };

  // Evaluates the condition and returns the value of each of its parts, every part before the parts
  // that it consists of. Literals and parts that were not evaluated are omitted. Within all(),
  // map() and the like a part occurs once per element. At most kMaxTraceSteps of limits.h.
  std::vector<Step> Trace(const WriteEvent& write) const;

  // Warnings about the condition; see Remark.
  std::vector<condition::Remark> Lint() const;

 private:
  explicit Condition(std::shared_ptr<const condition::Expression> expression)
      : expression_(std::move(expression)) {}

  std::shared_ptr<const condition::Expression> expression_;
};

// Returns OK for the empty text, which means "always", otherwise the status of Condition::Parse.
absl::Status CheckCondition(absl::string_view text);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_CONDITION_H_
