#include "common/condition/arithmetic.h"

#include <cstddef>
#include <cstdint>
#include <limits>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/condition/errors.h"
#include "common/condition/time_text.h"

namespace cache_invalidation::condition {
namespace {

using Kind = Value::Kind;

constexpr const char* kDivisionByZero = "division by zero";

Value MakeInteger(int64_t value) { return Value::Int(value); }
Value MakeInteger(uint64_t value) { return Value::Uint(value); }

// Returns null (a null_type) on overflow.
template <typename Integer>
Value ComputeIntegers(Function function, Integer left, Integer right) {
  const bool divides = function == Function::kDivide || function == Function::kModulo;
  if (divides && right == 0) return Value::Error(kDivisionByZero);
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

}  // namespace

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

}  // namespace cache_invalidation::condition
