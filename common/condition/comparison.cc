// SPDX-License-Identifier: Apache-2.0

#include "common/condition/comparison.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include "common/condition/decimal.h"
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

bool MayBeKey(Value key) {
  return key.is(Kind::kBool) || key.is(Kind::kInt) || key.is(Kind::kUint) || key.is(Kind::kString);
}

// The order of keys of different kinds. Negative integers precede the other integers.
int RankOf(Value key) {
  switch (key.kind()) {
    case Kind::kBool:
      return 0;
    case Kind::kInt:
      return key.as_int() < 0 ? 1 : 2;
    case Kind::kUint:
      return 2;
    default:
      return 3;
  }
}

// REQUIRES: MayBeKey of both.
bool IsBefore(Value left, Value right) {
  const int rank = RankOf(left);
  if (rank != RankOf(right)) return rank < RankOf(right);
  if (rank == 3) return left.as_text() < right.as_text();
  // Within a rank the bits compare as uints.
  return left.as_uint() < right.as_uint();
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

std::optional<Value> KeyOf(Value value) {
  if (!value.is(Kind::kDouble)) {
    if (!MayBeKey(value)) return std::nullopt;
    return value;
  }
  if (value.is_rounded()) return std::nullopt;
  const double number = value.as_double();
  // 2^63 and 2^64 are doubles; the maximum int and uint are not.
  if (number >= -0x1p63 && number < 0x1p63) {
    const auto integer = static_cast<int64_t>(number);
    if (static_cast<double>(integer) == number) return Value::Int(integer);
  } else if (number >= 0x1p63 && number < 0x1p64) {
    return Value::Uint(static_cast<uint64_t>(number));
  }
  return std::nullopt;
}

bool KeysAreKnown(Value map, Budget& budget) {
  if (map.object() == nullptr) return true;
  if (map.is_open()) return false;
  budget.SpendOnSize(map.size());
  return std::none_of(map.object()->begin(), map.object()->end(),
                      [](const auto& member) { return member.second.is_unknown(); });
}

Value MakeMap(absl::Span<MapEntry> entries, Budget& budget) {
  for (const MapEntry& entry : entries) {
    if (!MayBeKey(entry.key)) {
      return budget.Error({"no such overload: a key of type ", TypeName(entry.key.kind())});
    }
  }
  if (!budget.Spend(entries.size())) return Budget::TooExpensive();
  const auto before = [](const MapEntry& left, const MapEntry& right) {
    return IsBefore(left.key, right.key);
  };
  std::sort(entries.begin(), entries.end(), before);
  const auto twice = std::adjacent_find(
      entries.begin(), entries.end(),
      [&](const MapEntry& left, const MapEntry& right) { return !before(left, right); });
  if (twice != entries.end()) return Value::Error("duplicate map key");
  return Value::Map(entries);
}

std::optional<Value> Find(Value map, absl::string_view key) {
  if (const JsonValue::Object* object = map.object()) {
    const auto found = std::lower_bound(
        object->begin(), object->end(), key,
        [](const auto& member, absl::string_view wanted) { return member.first < wanted; });
    const bool named = found != object->end() && found->first == key;
    // The mark itself is not a member, and an unknown member may have the same name.
    if (map.is_open() && (!named || key == kUnknownName)) return Value::Unknown();
    if (!named) return std::nullopt;
    return Value::Json(found->second);
  }
  return Find(map, Value::String(key));
}

std::optional<Value> Find(Value map, Value key) {
  const std::optional<Value> wanted = KeyOf(key);
  if (!wanted) return std::nullopt;
  if (map.object() != nullptr) {
    if (!wanted->is(Kind::kString)) return std::nullopt;
    return Find(map, wanted->as_text());
  }
  const MapEntry* end = map.entries() + map.size();
  const MapEntry* found = std::lower_bound(
      map.entries(), end, *wanted,
      [](const MapEntry& entry, Value before) { return IsBefore(entry.key, before); });
  if (found == end || IsBefore(*wanted, found->key)) return std::nullopt;
  return found->value;
}

}  // namespace cache_invalidation::condition
