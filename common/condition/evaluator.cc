// SPDX-License-Identifier: Apache-2.0

#include "common/condition/evaluator.h"

#include <cmath>
#include <cstddef>
#include <iterator>
#include <optional>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/condition/comparison.h"
#include "common/condition/function.h"
#include "common/condition/lexer.h"
#include "common/condition/messages.h"
#include "common/condition/texts.h"
#include "common/condition/times.h"

namespace cache_invalidation::condition {
namespace {

using Kind = Value::Kind;

// No function takes more, the target included.
constexpr size_t kMaxArguments = 3;

// The index that a value denotes: integers of any type. Returns nullopt for other values.
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

Value ElementOf(Value range, size_t index) {
  return range.is(Kind::kMap) ? range.EntryAt(index).first : range.ElementAt(index);
}

absl::string_view NameOf(Node::Macro macro) {
  constexpr absl::string_view kNames[] = {"all()",    "exists()", "exists_one()",
                                          "filter()", "map()",    "map()"};
  static_assert(std::size(kNames) == static_cast<size_t>(Node::Macro::kMapFilter) + 1);
  return kNames[static_cast<size_t>(macro)];
}

// One evaluation: a walk over the tree.
class Evaluation {
 public:
  // All must outlive it; `observer` may be null.
  Evaluation(const Expression& expression, Variables variables, Budget& budget,
             EvaluationObserver* observer)
      : expression_(expression),
        variables_(variables),
        budget_(budget),
        observer_(observer),
        bound_(expression.comprehension_slots()) {}

  // Returns the value of a node. Errors have their node set.
  Value Of(NodeId id) {
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

 private:
  // By the kind of the node. Errors may not have their node set yet.
  Value OfNode(const Node& node) {
    using Evaluate = Value (Evaluation::*)(const Node&);
    constexpr Evaluate kByKind[] = {
        &Evaluation::OfLiteral, &Evaluation::OfIdentifier,  &Evaluation::OfSelect,
        &Evaluation::OfHas,     &Evaluation::OfIndex,       &Evaluation::OfCall,
        &Evaluation::OfList,    &Evaluation::OfMap,         &Evaluation::OfAndOr,
        &Evaluation::OfAndOr,   &Evaluation::OfConditional, &Evaluation::OfComprehension};
    static_assert(std::size(kByKind) == static_cast<size_t>(Node::Kind::kComprehension) + 1);
    return (this->*kByKind[static_cast<size_t>(node.kind)])(node);
  }

  Value OfLiteral(const Node& node) { return node.literal; }

  Value OfIdentifier(const Node& node) {
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

  Value OfSelect(const Node& node) {
    const Value operand = Of(node.children[0]);
    if (operand.is_error()) return operand;
    if (!operand.is(Kind::kMap)) {
      return budget_.Error({"no such field: ", node.name, " of ", TypeName(operand.kind())});
    }
    const std::optional<Value> found = Find(operand, node.name);
    return found ? Named(*found, node.name) : budget_.Error({"no such key: ", node.name});
  }

  Value OfHas(const Node& node) {
    const Value operand = Of(node.children[0]);
    if (operand.is_error()) return operand;
    if (!operand.is(Kind::kMap)) return NoSuchOverload("has()", operand, budget_);
    const std::optional<Value> found = Find(operand, node.name);
    if (found && found->is_unknown()) return Named(*found, node.name);
    return Value::Bool(found.has_value());
  }

  Value OfIndex(const Node& node) {
    const Value operand = Of(node.children[0]);
    if (operand.is_error()) return operand;
    const Value index = Of(node.children[1]);
    if (index.is_error()) return index;
    if (operand.is(Kind::kMap)) {
      const std::optional<Value> found = Find(operand, index);
      if (found) return index.is(Kind::kString) ? Named(*found, index.as_text()) : *found;
      if (index.is(Kind::kString)) return budget_.Error({"no such key: ", index.as_text()});
      return budget_.Error({"no such key of type ", TypeName(index.kind())});
    }
    if (!operand.is(Kind::kList)) return NoSuchOverload("[]", operand, budget_);
    const std::optional<int64_t> place = PlaceOf(index);
    if (!place) return NoSuchOverload("an index", index, budget_);
    if (*place < 0 || static_cast<size_t>(*place) >= operand.size()) {
      return Value::Error("index out of range");
    }
    return operand.ElementAt(static_cast<size_t>(*place));
  }

  Value OfCall(const Node& node) {
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
      if (!zone) return budget_.Error({"unknown time zone: \"", *name, "\""});
      return TimePart(node.function, values[0], zone, budget_);
    }
    return Call(node.function, absl::MakeConstSpan(values, count), budget_);
  }

  Value OfList(const Node& node) {
    const size_t size = node.children.size();
    Value* elements = budget_.arena().Allocate<Value>(size);
    if (elements == nullptr) return Budget::OutOfMemory();
    for (size_t i = 0; i < size; ++i) {
      elements[i] = Of(node.children[i]);
      if (elements[i].is_error()) return elements[i];
    }
    return Value::List(absl::MakeConstSpan(elements, size));
  }

  Value OfMap(const Node& node) {
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

  Value OfAndOr(const Node& node) {
    // The value of a term that determines the result regardless of all other terms. Errors in other
    // terms count only if no term is decisive.
    const bool decisive = node.kind == Node::Kind::kOr;
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

  Value OfConditional(const Node& node) {
    const Value condition = Of(node.children[0]);
    if (condition.is_error()) return condition;
    if (!condition.is(Kind::kBool)) return NoSuchOverload("?:", condition, budget_);
    return Of(node.children[condition.as_bool() ? 1 : 2]);
  }

  // Returns what was found under that name; the name is added to the message of an error.
  Value Named(Value found, absl::string_view name) {
    return found.is_error() ? budget_.Error({found.error_message(), ": ", name}) : found;
  }

  // Of comprehensions, by their macro.
  Value OfComprehension(const Node& node) {
    const Value range = Of(node.children[0]);
    if (range.is_error()) return range;
    if (!range.is(Kind::kList) && !range.is(Kind::kMap)) {
      return NoSuchOverload(NameOf(node.macro), range, budget_);
    }
    if (range.is(Kind::kMap) && !KeysAreKnown(range, budget_)) return Value::Unknown();
    switch (node.macro) {
      case Node::Macro::kAll:
        return OfAllOrExists(node, range, false);
      case Node::Macro::kExists:
        return OfAllOrExists(node, range, true);
      case Node::Macro::kExistsOne:
        return OfExistsOne(node, range);
      default:
        return OfFilterOrMap(node, range);
    }
  }

  Value OfAllOrExists(const Node& node, Value range, bool decisive) {
    Value error;
    for (size_t i = 0; i < range.size(); ++i) {
      if (!budget_.Spend(1)) return Budget::TooExpensive();
      bound_[node.slot] = ElementOf(range, i);
      const Value holds = Of(node.children[1]);
      if (holds.is(Kind::kBool)) {
        if (holds.as_bool() == decisive) return holds;
        continue;
      }
      if (error.is_error()) continue;
      error = holds.is_error() ? holds : NoSuchOverload(NameOf(node.macro), holds, budget_);
    }
    return error.is_error() ? error : Value::Bool(!decisive);
  }

  Value OfExistsOne(const Node& node, Value range) {
    int found = 0;
    for (size_t i = 0; i < range.size(); ++i) {
      if (!budget_.Spend(1)) return Budget::TooExpensive();
      bound_[node.slot] = ElementOf(range, i);
      const Value holds = Of(node.children[1]);
      if (holds.is_error()) return holds;
      if (!holds.is(Kind::kBool)) return NoSuchOverload(NameOf(node.macro), holds, budget_);
      found += holds.as_bool() ? 1 : 0;
    }
    return Value::Bool(found == 1);
  }

  Value OfFilterOrMap(const Node& node, Value range) {
    const bool filters = node.macro != Node::Macro::kMap;
    const bool maps = node.macro != Node::Macro::kFilter;
    // Reserved up front for all elements, since evaluating the bodies allocates from the same
    // arena.
    Value* elements = budget_.arena().Allocate<Value>(range.size());
    if (elements == nullptr) return Budget::OutOfMemory();
    size_t size = 0;
    for (size_t i = 0; i < range.size(); ++i) {
      if (!budget_.Spend(1)) return Budget::TooExpensive();
      const Value element = ElementOf(range, i);
      bound_[node.slot] = element;
      if (filters) {
        const Value holds = Of(node.children[1]);
        if (holds.is_error()) return holds;
        if (!holds.is(Kind::kBool)) return NoSuchOverload(NameOf(node.macro), holds, budget_);
        if (!holds.as_bool()) continue;
      }
      const Value result = maps ? Of(node.children.back()) : element;
      if (result.is_error()) return result;
      elements[size++] = result;
    }
    return Value::List(absl::MakeConstSpan(elements, size));
  }

  const Expression& expression_;
  const Variables variables_;
  Budget& budget_;
  EvaluationObserver* const observer_;
  // The values of comprehension variables, by their slots.
  absl::InlinedVector<Value, 4> bound_;
};

}  // namespace

Value Evaluate(const Expression& expression, Variables variables, Budget& budget,
               EvaluationObserver* observer) {
  Evaluation evaluation(expression, variables, budget, observer);
  const Value result = evaluation.Of(expression.root());
  // The result is not valid then: functions stop early when the budget is exhausted.
  if (budget.exhausted()) {
    return Value::Error(Budget::TooExpensive().error_message(), expression.root());
  }
  return result;
}

}  // namespace cache_invalidation::condition
