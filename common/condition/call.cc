#include "common/condition/call.h"

#include <compare>
#include <cstddef>
#include <optional>

#include "common/condition/arithmetic.h"
#include "common/condition/comparison.h"
#include "common/condition/conversions.h"
#include "common/condition/errors.h"
#include "common/condition/map.h"
#include "common/condition/text_functions.h"
#include "common/condition/time_functions.h"

namespace cache_invalidation::condition {
namespace {

using Kind = Value::Kind;

Value Not(Value operand, Budget& budget) {
  if (!operand.is(Kind::kBool)) return NoSuchOverload(Function::kNot, {operand}, budget);
  return Value::Bool(!operand.as_bool());
}

Value Order(Function function, Value left, Value right, Budget& budget) {
  if (MeetRounded(left, right)) return Value::Rounded();
  const std::optional<std::partial_ordering> order = Compare(left, right, budget);
  if (!order) return NoSuchOverload(function, {left, right}, budget);
  switch (function) {
    case Function::kLess:
      return Value::Bool(*order < 0);
    case Function::kLessEquals:
      return Value::Bool(*order <= 0);
    case Function::kGreater:
      return Value::Bool(*order > 0);
    default:
      return Value::Bool(*order >= 0);
  }
}

Value NotEquals(Value left, Value right, Budget& budget) {
  const Value equal = Equals(left, right, budget);
  return equal.is_error() ? equal : Value::Bool(!equal.as_bool());
}

// Whether `element` equals one of `size` values; `value_at` returns them by index.
template <typename ValueAt>
Value InValues(Value element, size_t size, ValueAt value_at, Budget& budget) {
  Value result = Value::Bool(false);
  if (!budget.Spend(size)) return Budget::TooExpensive();
  for (size_t i = 0; i < size && !budget.exhausted(); ++i) {
    const Value equal = Equals(element, value_at(i), budget);
    if (equal.is_error()) {
      result = equal;
    } else if (equal.as_bool()) {
      return equal;
    }
  }
  return result;
}

Value InMap(Value element, Value map, Budget& budget) {
  const std::optional<Value> found = Find(map, element);
  if (found && found->is_unknown()) {
    return budget.Error({found->error_message(), ": ", element.as_text()});
  }
  if (found) return Value::Bool(true);
  if (!IsBeyondDouble(element, budget)) return Value::Bool(false);
  // A key of another kind may still be equal to it.
  if (!KeysAreKnown(map, budget)) return Value::Unknown();
  const auto key_at = [map](size_t i) { return map.EntryAt(i).first; };
  return InValues(element, map.size(), key_at, budget);
}

Value In(Value element, Value collection, Budget& budget) {
  if (collection.is(Kind::kMap)) return InMap(element, collection, budget);
  if (!collection.is(Kind::kList)) {
    return NoSuchOverload(Function::kIn, {element, collection}, budget);
  }
  const auto element_at = [collection](size_t i) { return collection.ElementAt(i); };
  return InValues(element, collection.size(), element_at, budget);
}

Value TimePartInZone(Function function, absl::Span<const Value> arguments, Budget& budget) {
  if (arguments.size() == 1) return TimePart(function, arguments[0], std::nullopt, budget);
  if (!arguments[1].is(Kind::kString)) return NoSuchOverload(function, arguments, budget);
  const auto zone = FindOffset(arguments[1].as_text());
  if (!zone) {
    return budget.Error({"not an offset from UTC: \"", arguments[1].as_text(),
                         "\"; the name of a time zone must be a literal in the condition"});
  }
  return TimePart(function, arguments[0], zone, budget);
}

}  // namespace

Value Call(Function function, absl::Span<const Value> arguments, Budget& budget) {
  switch (function) {
    case Function::kUnknown:
      return Value::Error("no such function");
    case Function::kNegate:
      return Negate(arguments[0], budget);
    case Function::kNot:
      return Not(arguments[0], budget);
    case Function::kAdd:
    case Function::kSubtract:
    case Function::kMultiply:
    case Function::kDivide:
    case Function::kModulo:
      return Compute(function, arguments[0], arguments[1], budget);
    case Function::kEquals:
      return Equals(arguments[0], arguments[1], budget);
    case Function::kNotEquals:
      return NotEquals(arguments[0], arguments[1], budget);
    case Function::kLess:
    case Function::kLessEquals:
    case Function::kGreater:
    case Function::kGreaterEquals:
      return Order(function, arguments[0], arguments[1], budget);
    case Function::kIn:
      return In(arguments[0], arguments[1], budget);
    case Function::kSize:
      return Size(arguments[0], budget);
    case Function::kContains:
    case Function::kStartsWith:
    case Function::kEndsWith:
      return Search(function, arguments[0], arguments[1], budget);
    case Function::kMatches:
      return Matches(arguments[0], arguments[1], nullptr, budget);
    case Function::kToBool:
    case Function::kToBytes:
    case Function::kToDouble:
    case Function::kToDuration:
    case Function::kToDyn:
    case Function::kToInt:
    case Function::kToString:
    case Function::kToTimestamp:
    case Function::kToType:
    case Function::kToUint:
      return Convert(function, arguments[0], budget);
    default:
      return TimePartInZone(function, arguments, budget);
  }
}

}  // namespace cache_invalidation::condition
