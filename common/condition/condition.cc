// SPDX-License-Identifier: Apache-2.0

#include "common/condition/condition.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/condition/budget.h"
#include "common/condition/evaluator.h"
#include "common/condition/lexer.h"
#include "common/condition/messages.h"
#include "common/condition/parser.h"
#include "common/condition/value.h"

namespace cache_invalidation {
namespace {

using condition::Budget;
using condition::Expression;
using condition::NodeId;
using condition::Value;

// The slots of the variables.
enum Variable : uint32_t { kOperation, kResourceType, kResourceId, kTags, kContext };
constexpr absl::string_view kVariables[] = {"operation", "resource_type", "resource_id", "tags",
                                            "context"};

condition::ParseOptions OptionsOfRules() {
  condition::ParseOptions options;
  for (const absl::string_view name : kVariables) options.variables.emplace_back(name);
  return options;
}

Value ValueOf(uint32_t variable, const WriteEvent& write) {
  switch (variable) {
    case kOperation:
      return Value::String(write.operation);
    case kResourceType:
      return Value::String(write.resource_type);
    case kResourceId:
      return Value::String(write.resource_id);
    case kTags:
      return Value::List(write.tags);
    default:
      if (write.context != nullptr) return Value::Json(write.context->Get());
      return Value::Map({});
  }
}

Value EvaluateFor(const WriteEvent& write, const Expression& expression, Budget& budget,
                  condition::EvaluationObserver* observer) {
  const auto variables = [&write](uint32_t variable) { return ValueOf(variable, write); };
  return condition::Evaluate(expression, variables, budget, observer);
}

absl::Status ErrorOf(Value value, const Expression& expression, const Budget& budget) {
  const NodeId node = value.is_error() ? value.error_node() : expression.root();
  const condition::SourcePosition position =
      condition::PositionOf(expression.text(), expression.node(node).source.begin);
  const std::string where = absl::StrCat("line ", position.line, ", column ", position.column);
  if (!value.is_error()) {
    return absl::FailedPreconditionError(absl::StrCat(
        where, ": expected true or false, got a value of type ", TypeName(value.kind())));
  }
  const std::string message = absl::StrCat(where, ": ", value.error_message());
  return budget.exhausted() ? absl::ResourceExhaustedError(message)
                            : absl::FailedPreconditionError(message);
}

// Records the steps of an evaluation.
class Tracer final : public condition::EvaluationObserver {
 public:
  explicit Tracer(const Expression& expression) : expression_(expression) {}

  void Begin(NodeId node) override {
    open_.push_back(steps_.size());
    if (steps_.size() == condition::kMaxTraceSteps) return;
    Condition::Step step;
    step.source = expression_.node(node).source;
    step.depth = static_cast<int>(open_.size()) - 1;
    steps_.push_back(std::move(step));
  }

  void End(NodeId, Value value) override {
    const size_t index = open_.back();
    open_.pop_back();
    if (index == condition::kMaxTraceSteps) return;
    steps_[index].value = condition::ValueText(value, condition::kMaxStepBytes);
    steps_[index].is_error = value.is_error();
  }

  std::vector<Condition::Step> TakeSteps() { return std::move(steps_); }

 private:
  const Expression& expression_;
  std::vector<Condition::Step> steps_;
  // For each node being evaluated, the index of its step.
  std::vector<size_t> open_;
};

}  // namespace

absl::StatusOr<Condition> Condition::Parse(absl::string_view text) {
  auto expression = condition::Parse(text, OptionsOfRules());
  if (!expression.ok()) return expression.status();
  if (absl::Status zones = CheckLiteralZones(**expression); !zones.ok()) return zones;
  return Condition(*std::move(expression));
}

Condition::Outcome Condition::Evaluate(const WriteEvent& write, uint64_t max_cost) const {
  Budget budget(std::min(max_cost, condition::kMaxCost));
  const Value value = EvaluateFor(write, *expression_, budget, nullptr);
  Outcome outcome;
  outcome.cost = budget.cost();
  if (value.is(Value::Kind::kBool)) {
    outcome.holds = value.as_bool();
  } else {
    outcome.error = ErrorOf(value, *expression_, budget);
  }
  return outcome;
}

std::vector<Condition::Step> Condition::Trace(const WriteEvent& write) const {
  Budget budget;
  Tracer tracer(*expression_);
  EvaluateFor(write, *expression_, budget, &tracer);
  return tracer.TakeSteps();
}

std::vector<condition::Remark> Condition::Lint() const {
  return condition::Lint(*expression_, kVariables);
}

absl::Status CheckCondition(absl::string_view text) {
  return text.empty() ? absl::OkStatus() : Condition::Parse(text).status();
}

}  // namespace cache_invalidation
