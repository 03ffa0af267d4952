#ifndef CACHE_INVALIDATION_COMMON_CONDITION_CONDITION_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_CONDITION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/condition/expression.h"
#include "common/condition/limits.h"
#include "common/condition/lint.h"
#include "common/write_event.h"

namespace cache_invalidation {

// What a rule asks of a write before it fires: an expression in CEL over the variables `operation`,
// `resource_type`, `resource_id`, `tags` and `context` (docs/conditions.md).
//
//   absl::StatusOr<Condition> condition = Condition::Parse(R"(operation == "delete")");
//   if (condition->Evaluate({.resource_type = "user", .operation = "delete"}).holds) Fire();
//
// Immutable, thread-safe; copies share what was parsed.
class Condition {
 public:
  // INVALID_ARGUMENT with line and column, without the path of the field, for text that is too
  // long, no CEL, or names something that no write has.
  static absl::StatusOr<Condition> Parse(absl::string_view text);

  // As it was given to Parse.
  const std::string& text() const { return expression_->text(); }

  struct Outcome {
    // True as well if that could not be found out: what is invalidated needlessly costs a miss,
    // what is not invalidated serves wrong data.
    bool holds = true;
    // Why not, with line and column: FAILED_PRECONDITION for a value that the condition did not
    // reckon with, such as a field that is missing; RESOURCE_EXHAUSTED if it cost too much.
    absl::Status error;
    // What the evaluation cost, in units; limits.h says what they are.
    uint64_t cost = 0;
  };

  // Never blocks, never throws, has no effect, and stops at its cost: kMaxCost of limits.h, or what
  // the caller allows, if that is less.
  Outcome Evaluate(const WriteEvent& write, uint64_t max_cost = condition::kMaxCost) const;

  // A part of the condition that was evaluated, with what came out.
  struct Step {
    // In text(); with its parentheses.
    condition::SourceRange source;
    // As a condition would spell it, long ones cut; the message, if it is an error.
    std::string value;
    bool is_error = false;
    // How many other steps this one is a part of.
    int depth = 0;
  };

  // As Evaluate, and tells what every part of the condition came to, the outermost first: each part
  // stands in front of those that it was made from. Literals are left out, and so is what did not
  // matter; within all(), map() and the like a part comes once for each element. At most
  // kMaxTraceSteps of limits.h.
  std::vector<Step> Trace(const WriteEvent& write) const;

  // What a reviewer would ask about it; see lint.h.
  std::vector<condition::Remark> Lint() const;

 private:
  explicit Condition(std::shared_ptr<const condition::Expression> expression)
      : expression_(std::move(expression)) {}

  std::shared_ptr<const condition::Expression> expression_;
};

// Whether a rule may have this condition: OK for the empty text, which means "always", otherwise
// the status of Condition::Parse.
absl::Status CheckCondition(absl::string_view text);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_CONDITION_H_
