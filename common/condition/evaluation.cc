#include "common/condition/evaluation.h"

#include <cmath>
#include <cstddef>
#include <optional>

#include "absl/types/span.h"
#include "common/condition/call.h"
#include "common/condition/errors.h"
#include "common/condition/literal_zones.h"
#include "common/condition/map.h"
#include "common/condition/text_functions.h"
#include "common/condition/time_functions.h"

namespace cache_invalidation::condition {
namespace {

using Kind = Value::Kind;

// More arguments than any function takes.
constexpr size_t kMaxArguments = 3;

// The place in a list that a value names: integers of any type. Nothing for other values.
std::optional<int64_t> PlaceOf(Value index) {
  switch (index.kind()) {
    case Kind::kInt:
      return index.as_int();
    case Kind::kUint:
      return index.as_uint() <= uint64_t{INT64_MAX} ? static_cast<int64_t>(index.as_uint()) : -1;
    case Kind::kDouble: {
      const double number = index.as_double();
      if (number != std::trunc(number)) return std::nullopt;
      return std::abs(number) < 0x1p53 ? static_cast<int64_t>(number) : -1;
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

Value Evaluate(const Expression& expression, Variables variables, Budget& budget,
               EvaluationObserver* observer) {
  Evaluation evaluation(expression, variables, budget, observer);
  const Value result = evaluation.Of(expression.root());
  // Whatever was made of it on the way: nobody looked at everything.
  if (budget.exhausted()) {
    return Value::Error(Budget::TooExpensive().error_message(), expression.root());
  }
  return result;
}

Value Evaluation::Of(NodeId id) {
  const Node& node = expression_.node(id);
  budget_.Spend(1);
  if (node.kind == Node::Kind::kLiteral) return node.literal;
  if (observer_ != nullptr) observer_->Begin(id);
  Value value = budget_.exhausted() ? Budget::TooExpensive() : OfNode(node);
  if (value.is_error() && value.error_node() == Value::kNowhere) {
    value = Value::Error(value.error_message(), id);
  }
  if (observer_ != nullptr) observer_->End(id, value);
  return value;
}

Value Evaluation::OfNode(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kLiteral:
      return node.literal;
    case Node::Kind::kIdentifier:
      return OfIdentifier(node);
    case Node::Kind::kSelect:
      return OfSelect(node);
    case Node::Kind::kHas:
      return OfHas(node);
    case Node::Kind::kIndex:
      return OfIndex(node);
    case Node::Kind::kCall:
      return OfCall(node);
    case Node::Kind::kList:
      return OfList(node);
    case Node::Kind::kMap:
      return OfMap(node);
    case Node::Kind::kAnd:
      return OfAndOr(node, false);
    case Node::Kind::kOr:
      return OfAndOr(node, true);
    case Node::Kind::kConditional:
      return OfConditional(node);
    case Node::Kind::kComprehension:
      return OfComprehension(node);
  }
  return Value::Error("no such kind of node");
}

Value Evaluation::OfIdentifier(const Node& node) {
  switch (node.scope) {
    case Node::Scope::kVariable:
      return variables_(node.slot);
    case Node::Scope::kComprehension:
      return bound_[node.slot];
    case Node::Scope::kUndeclared:
      break;
  }
  return budget_.Error({"no such name: ", node.name});
}

Value Evaluation::OfSelect(const Node& node) {
  const Value operand = Of(node.children[0]);
  if (operand.is_error()) return operand;
  if (!operand.is(Kind::kMap)) {
    return budget_.Error({"no such field: ", node.name, " of ", TypeName(operand.kind())});
  }
  const std::optional<Value> found = Find(operand, node.name);
  return found ? Named(*found, node.name) : budget_.Error({"no such key: ", node.name});
}

Value Evaluation::Named(Value found, absl::string_view name) {
  return found.is_error() ? budget_.Error({found.error_message(), ": ", name}) : found;
}

Value Evaluation::OfHas(const Node& node) {
  const Value operand = Of(node.children[0]);
  if (operand.is_error()) return operand;
  if (!operand.is(Kind::kMap)) return NoSuchOverload("has()", operand, budget_);
  const std::optional<Value> found = Find(operand, node.name);
  if (found && found->is_unknown()) return Named(*found, node.name);
  return Value::Bool(found.has_value());
}

Value Evaluation::OfIndex(const Node& node) {
  const Value operand = Of(node.children[0]);
  if (operand.is_error()) return operand;
  const Value index = Of(node.children[1]);
  if (index.is_error()) return index;
  if (operand.is(Kind::kMap)) {
    const std::optional<Value> found = Find(operand, index);
    if (found) return index.is(Kind::kString) ? Named(*found, index.as_text()) : *found;
    if (index.is(Kind::kString)) return budget_.Error({"no such key: ", index.as_text()});
    return budget_.Error({"no such key, of type ", TypeName(index.kind())});
  }
  if (!operand.is(Kind::kList)) return NoSuchOverload("[]", operand, budget_);
  const std::optional<int64_t> place = PlaceOf(index);
  if (!place) return NoSuchOverload("an index", index, budget_);
  if (*place < 0 || static_cast<size_t>(*place) >= operand.size()) {
    return Value::Error("index out of range");
  }
  return operand.ElementAt(static_cast<size_t>(*place));
}

Value Evaluation::OfCall(const Node& node) {
  const size_t count = node.children.size();
  if (node.function == Function::kUnknown) {
    return budget_.Error({"no such function: ", node.name});
  }
  const size_t arguments = count - (node.has_target ? 1 : 0);
  if (count > kMaxArguments || !IsCallable(node.function, node.has_target, arguments)) {
    return budget_.Error({"no such overload: ", node.name, "() with such arguments"});
  }
  Value values[kMaxArguments];
  for (size_t i = 0; i < count; ++i) {
    values[i] = Of(node.children[i]);
    if (values[i].is_error()) return values[i];
  }
  if (node.regex != nullptr) return Matches(values[0], values[1], node.regex, budget_);
  if (const auto name = LiteralZoneOf(expression_, node)) {
    const auto zone = FindTimeZone(*name);
    if (!zone) return budget_.Error({"no time zone: \"", *name, "\""});
    return TimePart(node.function, values[0], zone, budget_);
  }
  return Call(node.function, absl::MakeConstSpan(values, count), budget_);
}

Value Evaluation::OfList(const Node& node) {
  const size_t size = node.children.size();
  Value* elements = budget_.arena().Allocate<Value>(size);
  if (elements == nullptr) return Budget::OutOfMemory();
  for (size_t i = 0; i < size; ++i) {
    elements[i] = Of(node.children[i]);
    if (elements[i].is_error()) return elements[i];
  }
  return Value::List(absl::MakeConstSpan(elements, size));
}

Value Evaluation::OfMap(const Node& node) {
  const size_t size = node.children.size() / 2;
  MapEntry* entries = budget_.arena().Allocate<MapEntry>(size);
  if (entries == nullptr) return Budget::OutOfMemory();
  for (size_t i = 0; i < size; ++i) {
    entries[i].key = Of(node.children[2 * i]);
    if (entries[i].key.is_error()) return entries[i].key;
    entries[i].value = Of(node.children[2 * i + 1]);
    if (entries[i].value.is_error()) return entries[i].value;
  }
  return MakeMap(absl::MakeSpan(entries, size), budget_);
}

Value Evaluation::OfAndOr(const Node& node, bool decisive) {
  Value error;
  for (NodeId child : node.children) {
    Value term = Of(child);
    if (term.is(Kind::kBool)) {
      if (term.as_bool() == decisive) return term;
      continue;
    }
    if (error.is_error()) continue;
    error = term.is_error() ? term : NoSuchOverload(decisive ? "||" : "&&", term, budget_);
  }
  return error.is_error() ? error : Value::Bool(!decisive);
}

Value Evaluation::OfConditional(const Node& node) {
  const Value condition = Of(node.children[0]);
  if (condition.is_error()) return condition;
  if (!condition.is(Kind::kBool)) return NoSuchOverload("?:", condition, budget_);
  return Of(node.children[condition.as_bool() ? 1 : 2]);
}

}  // namespace cache_invalidation::condition
