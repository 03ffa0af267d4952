// SPDX-License-Identifier: Apache-2.0

#include "common/condition/function.h"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/condition/comparison.h"
#include "common/condition/messages.h"
#include "common/condition/texts.h"
#include "common/condition/times.h"

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

Value MakeInteger(int64_t value) { return Value::Int(value); }
Value MakeInteger(uint64_t value) { return Value::Uint(value); }

// Returns null (a null_type) on overflow.
template <typename Integer>
Value ComputeIntegers(Function function, Integer left, Integer right) {
  const bool divides = function == Function::kDivide || function == Function::kModulo;
  if (divides && right == 0) return Value::Error("division by zero");
  // The only quotient of signed integers that overflows. Computing the remainder would trap as
  // well.
  const bool overflows = std::numeric_limits<Integer>::is_signed && divides &&
                         left == std::numeric_limits<Integer>::min() &&
                         right == static_cast<Integer>(-1);
  if (overflows) return {};
  Integer result = 0;
  switch (function) {
    case Function::kAdd:
      return __builtin_add_overflow(left, right, &result) ? Value() : MakeInteger(result);
    case Function::kSubtract:
      return __builtin_sub_overflow(left, right, &result) ? Value() : MakeInteger(result);
    case Function::kMultiply:
      return __builtin_mul_overflow(left, right, &result) ? Value() : MakeInteger(result);
    case Function::kDivide:
      return MakeInteger(static_cast<Integer>(left / right));
    default:
      return MakeInteger(static_cast<Integer>(left % right));
  }
}

Value ComputeDoubles(Function function, Value left, Value right, Budget& budget) {
  // The result of a computation with a rounded number counts as rounded, too.
  const auto made = [&](double result) {
    return left.is_rounded() || right.is_rounded() ? Value::RoundedDouble(result)
                                                   : Value::Double(result);
  };
  switch (function) {
    case Function::kAdd:
      return made(left.as_double() + right.as_double());
    case Function::kSubtract:
      return made(left.as_double() - right.as_double());
    case Function::kMultiply:
      return made(left.as_double() * right.as_double());
    case Function::kDivide:
      return made(left.as_double() / right.as_double());
    default:
      return NoSuchOverload(function, {left, right}, budget);
  }
}

Value ConcatenateLists(Value left, Value right, Budget& budget) {
  if (left.size() == 0) return right;
  if (right.size() == 0) return left;
  const size_t size = left.size() + right.size();
  if (!budget.SpendOnSize(size)) return Budget::TooExpensive();
  Value* elements = budget.arena().Allocate<Value>(size);
  if (elements == nullptr) return Budget::OutOfMemory();
  Value* end = elements;
  for (size_t i = 0; i < left.size(); ++i) *end++ = left.ElementAt(i);
  for (size_t i = 0; i < right.size(); ++i) *end++ = right.ElementAt(i);
  return Value::List(absl::MakeConstSpan(elements, size));
}

// Both values have the same kind, one for which only `+` may be defined.
Value AddOrRefuse(Function function, Value left, Value right, Budget& budget) {
  if (function == Function::kAdd) {
    switch (left.kind()) {
      case Kind::kString:
      case Kind::kBytes:
        return budget.Text(left.kind(), left.as_text(), right.as_text());
      case Kind::kList:
        return ConcatenateLists(left, right, budget);
      default:
        break;
    }
  }
  return NoSuchOverload(function, {left, right}, budget);
}

// Operands are timestamps and durations in any combination.
Value ComputeTimes(Function function, Value left, Value right, Budget& budget) {
  const bool adds = function == Function::kAdd;
  if (!adds && function != Function::kSubtract) {
    return NoSuchOverload(function, {left, right}, budget);
  }
  // A timestamp counts as the time since the epoch, which an absl::Duration holds easily.
  const absl::Duration result =
      adds ? left.as_duration() + right.as_duration() : left.as_duration() - right.as_duration();
  const int timestamps = left.is(Kind::kTimestamp) + right.is(Kind::kTimestamp);
  const bool moves = timestamps == 1 && (adds || left.is(Kind::kTimestamp));
  if (moves) {
    const absl::Time time = absl::UnixEpoch() + result;
    return IsTimestamp(time) ? Value::Timestamp(time) : OutOfRange(function, {left, right}, budget);
  }
  if (timestamps == 1 || (timestamps == 2 && adds)) {
    return NoSuchOverload(function, {left, right}, budget);
  }
  return IsDuration(result) ? Value::Duration(result) : OutOfRange(function, {left, right}, budget);
}

bool IsTime(Value value) { return value.is(Kind::kTimestamp) || value.is(Kind::kDuration); }

Value Negate(Value operand, Budget& budget) {
  if (operand.is(Kind::kDouble)) {
    const double negated = -operand.as_double();
    return operand.is_rounded() ? Value::RoundedDouble(negated) : Value::Double(negated);
  }
  if (!operand.is(Kind::kInt)) return NoSuchOverload(Function::kNegate, {operand}, budget);
  if (operand.as_int() == std::numeric_limits<int64_t>::min()) {
    return OutOfRange(Function::kNegate, {operand}, budget);
  }
  const Value negated = Value::Int(-operand.as_int());
  return operand.is_told() ? negated.Told() : negated;
}

// Operands of arithmetic have the same type, times excepted; numbers are never converted. A result
// outside the range of that type is an error, and so is division by zero. Doubles follow IEEE 754
// instead. `+` also concatenates strings, byte strings and lists.
Value Compute(Function function, Value left, Value right, Budget& budget) {
  if (IsTime(left) && IsTime(right)) return ComputeTimes(function, left, right, budget);
  if (left.kind() != right.kind()) return NoSuchOverload(function, {left, right}, budget);
  Value result;
  switch (left.kind()) {
    case Kind::kInt:
      result = ComputeIntegers(function, left.as_int(), right.as_int());
      break;
    case Kind::kUint:
      result = ComputeIntegers(function, left.as_uint(), right.as_uint());
      break;
    case Kind::kDouble:
      return ComputeDoubles(function, left, right, budget);
    default:
      return AddOrRefuse(function, left, right, budget);
  }
  if (result.is(Kind::kNull)) return OutOfRange(function, {left, right}, budget);
  const bool told = result.is_number() && (left.is_told() || right.is_told());
  return told ? result.Told() : result;
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
