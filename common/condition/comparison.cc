#include "common/condition/comparison.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/string_view.h"
#include "common/condition/decimal.h"
#include "common/condition/map.h"
#include "common/limits.h"

namespace cache_invalidation::condition {
namespace {

using Kind = Value::Kind;

template <typename Float>
Float As(Value number) {
  switch (number.kind()) {
    case Kind::kInt:
      return static_cast<Float>(number.as_int());
    case Kind::kUint:
      return static_cast<Float>(number.as_uint());
    default:
      return number.as_double();
  }
}

double AsDouble(Value number) { return As<double>(number); }

// long double holds every int, uint and double exactly: its mantissa has at least 64 bits.
static_assert(std::numeric_limits<long double>::digits >= 64);
long double Exactly(Value number) { return As<long double>(number); }

std::partial_ordering CompareNumbers(Value left, Value right) {
  if (left.is(Kind::kInt) && right.is(Kind::kInt)) return left.as_int() <=> right.as_int();
  if (left.is_told() || right.is_told()) return Exactly(left) <=> Exactly(right);
  if (left.is(Kind::kDouble) || right.is(Kind::kDouble)) return AsDouble(left) <=> AsDouble(right);
  // At least one is a uint, and a negative int is less than any uint.
  if (left.is(Kind::kInt) && left.as_int() < 0) return std::partial_ordering::less;
  if (right.is(Kind::kInt) && right.as_int() < 0) return std::partial_ordering::greater;
  return left.as_uint() <=> right.as_uint();
}

std::partial_ordering CompareTexts(absl::string_view left, absl::string_view right,
                                   Budget& budget) {
  budget.SpendOnSize(std::min(left.size(), right.size()));
  return left.compare(right) <=> 0;
}

bool EqualTexts(absl::string_view left, absl::string_view right, Budget& budget) {
  if (left.size() != right.size()) return false;
  budget.SpendOnSize(left.size());
  return left == right;
}

// Maps are sorted by key, so equal keys have the same index.
bool EqualKeys(Value left, Value right, Budget& budget) {
  // A number and its text are different keys.
  if (left.is(Kind::kString) != right.is(Kind::kString)) return false;
  return Equals(left, right, budget).as_bool();
}

Value EqualLists(Value left, Value right, Budget& budget) {
  if (left.size() != right.size()) return Value::Bool(false);
  Value result = Value::Bool(true);
  for (size_t i = 0; i < left.size() && budget.Spend(1); ++i) {
    const Value equal = Equals(left.ElementAt(i), right.ElementAt(i), budget);
    if (equal.is_error()) {
      result = equal;
    } else if (!equal.as_bool()) {
      return equal;
    }
  }
  return result;
}

Value EqualMaps(Value left, Value right, Budget& budget) {
  if (!KeysAreKnown(left, budget) || !KeysAreKnown(right, budget)) return Value::Unknown();
  if (left.size() != right.size()) return Value::Bool(false);
  Value result = Value::Bool(true);
  for (size_t i = 0; i < left.size() && budget.Spend(1); ++i) {
    const auto [left_key, left_value] = left.EntryAt(i);
    const auto [right_key, right_value] = right.EntryAt(i);
    if (!EqualKeys(left_key, right_key, budget)) return Value::Bool(false);
    const Value equal = Equals(left_value, right_value, budget);
    if (equal.is_error()) {
      result = equal;
    } else if (!equal.as_bool()) {
      return equal;
    }
  }
  return result;
}

// Exact: an integer equals a double only if the double has exactly that value.
Value EqualNumbers(Value left, Value right) {
  if (MeetRounded(left, right)) return Value::Rounded();
  if (left.is(Kind::kDouble) && right.is(Kind::kDouble)) {
    return Value::Bool(left.as_double() == right.as_double());
  }
  const std::optional<Value> left_integer = KeyOf(left);
  const std::optional<Value> right_integer = KeyOf(right);
  return Value::Bool(left_integer && right_integer &&
                     CompareNumbers(*left_integer, *right_integer) == 0);
}

// Whether the int or uint is this decimal number.
bool IsInteger(Value value, const Decimal& decimal) {
  const bool negative = value.is(Kind::kInt) && value.as_int() < 0;
  const uint64_t magnitude = negative ? -value.as_uint() : value.as_uint();
  return decimal.negative == negative && decimal.magnitude == magnitude;
}

// Parses the text as a number; nullopt if it is none, or one that a double holds exactly.
std::optional<Decimal> DecimalBeyondDouble(absl::string_view text) {
  const std::optional<Decimal> decimal = ReadDecimal(text);
  if (!decimal) return std::nullopt;
  const bool held = decimal->is_integer() ? decimal->is_small_integer() : decimal->has_double();
  return held ? std::nullopt : decimal;
}

Value EqualNumberAndText(Value number, absl::string_view text, Budget& budget) {
  budget.SpendOnSize(text.size());
  const std::optional<Decimal> decimal = DecimalBeyondDouble(text);
  if (!decimal) return Value::Bool(false);
  if (!decimal->is_integer()) {
    return Value::Error("a number was compared with text that has more digits than a double");
  }
  if (!number.is(Kind::kDouble)) return Value::Bool(IsInteger(number, *decimal));
  const bool may_be = number.as_double() == NearestDouble(text);
  return may_be ? Value::Rounded() : Value::Bool(false);
}

}  // namespace

Value Equals(Value left, Value right, Budget& budget) {
  if (left.is_error()) return left;
  if (right.is_error()) return right;
  if (left.is_number() && right.is_number()) return EqualNumbers(left, right);
  if (left.is_number() && right.is(Kind::kString)) {
    return EqualNumberAndText(left, right.as_text(), budget);
  }
  if (left.is(Kind::kString) && right.is_number()) {
    return EqualNumberAndText(right, left.as_text(), budget);
  }
  if (left.kind() != right.kind()) return Value::Bool(false);
  switch (left.kind()) {
    case Kind::kNull:
      return Value::Bool(true);
    case Kind::kBool:
      return Value::Bool(left.as_bool() == right.as_bool());
    case Kind::kString:
    case Kind::kBytes:
      return Value::Bool(EqualTexts(left.as_text(), right.as_text(), budget));
    case Kind::kList:
      return EqualLists(left, right, budget);
    case Kind::kMap:
      return EqualMaps(left, right, budget);
    case Kind::kTimestamp:
    case Kind::kDuration:
      return Value::Bool(left.as_duration() == right.as_duration());
    case Kind::kType:
      return Value::Bool(left.as_type() == right.as_type());
    default:
      return Value::Bool(false);
  }
}

bool IsBeyondDouble(Value value, Budget& budget) {
  switch (value.kind()) {
    case Kind::kInt:
    case Kind::kUint:
    case Kind::kDouble:
      return std::abs(AsDouble(value)) > kMaxExactInteger;
    case Kind::kString:
      budget.SpendOnSize(value.size());
      return DecimalBeyondDouble(value.as_text()).has_value();
    default:
      return false;
  }
}

bool MeetRounded(Value left, Value right) {
  if (!left.is_number() || !right.is_number()) return false;
  return (left.is_rounded() || right.is_rounded()) && AsDouble(left) == AsDouble(right);
}

std::optional<std::partial_ordering> Compare(Value left, Value right, Budget& budget) {
  if (left.is_number() && right.is_number()) return CompareNumbers(left, right);
  if (left.kind() != right.kind()) return std::nullopt;
  switch (left.kind()) {
    case Kind::kBool:
      return left.as_bool() <=> right.as_bool();
    case Kind::kString:
    case Kind::kBytes:
      return CompareTexts(left.as_text(), right.as_text(), budget);
    case Kind::kTimestamp:
    case Kind::kDuration:
      if (left.as_duration() == right.as_duration()) return std::partial_ordering::equivalent;
      return left.as_duration() < right.as_duration() ? std::partial_ordering::less
                                                      : std::partial_ordering::greater;
    default:
      return std::nullopt;
  }
}

}  // namespace cache_invalidation::condition
