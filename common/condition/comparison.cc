#include "common/condition/comparison.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/string_view.h"

namespace cache_invalidation::condition {
namespace {

using Kind = Value::Kind;

double AsDouble(Value number) {
  switch (number.kind()) {
    case Kind::kInt:
      return static_cast<double>(number.as_int());
    case Kind::kUint:
      return static_cast<double>(number.as_uint());
    default:
      return number.as_double();
  }
}

std::partial_ordering CompareNumbers(Value left, Value right) {
  if (left.is(Kind::kInt) && right.is(Kind::kInt)) return left.as_int() <=> right.as_int();
  if (left.is(Kind::kDouble) || right.is(Kind::kDouble)) return AsDouble(left) <=> AsDouble(right);
  // At least one uint: what is negative is below it.
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

bool EqualLists(Value left, Value right, Budget& budget) {
  if (left.size() != right.size()) return false;
  for (size_t i = 0; i < left.size(); ++i) {
    if (!budget.Spend(1) || !Equals(left.ElementAt(i), right.ElementAt(i), budget)) return false;
  }
  return true;
}

// Both are in order of their keys, and equal keys have one place in it.
bool EqualMaps(Value left, Value right, Budget& budget) {
  if (left.size() != right.size()) return false;
  for (size_t i = 0; i < left.size(); ++i) {
    if (!budget.Spend(1)) return false;
    const auto [left_key, left_value] = left.EntryAt(i);
    const auto [right_key, right_value] = right.EntryAt(i);
    if (!Equals(left_key, right_key, budget) || !Equals(left_value, right_value, budget)) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool Equals(Value left, Value right, Budget& budget) {
  if (left.is_number() && right.is_number()) return CompareNumbers(left, right) == 0;
  if (left.kind() != right.kind()) return false;
  switch (left.kind()) {
    case Kind::kNull:
      return true;
    case Kind::kBool:
      return left.as_bool() == right.as_bool();
    case Kind::kString:
    case Kind::kBytes:
      return EqualTexts(left.as_text(), right.as_text(), budget);
    case Kind::kList:
      return EqualLists(left, right, budget);
    case Kind::kMap:
      return EqualMaps(left, right, budget);
    case Kind::kTimestamp:
    case Kind::kDuration:
      return left.as_duration() == right.as_duration();
    case Kind::kType:
      return left.as_type() == right.as_type();
    default:
      return false;
  }
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
