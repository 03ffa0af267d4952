// SPDX-License-Identifier: Apache-2.0

#include "common/condition/function.h"

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <system_error>

#include "absl/strings/charconv.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/condition/comparison.h"
#include "common/condition/decimal.h"
#include "common/condition/messages.h"
#include "common/condition/times.h"
#include "common/limits.h"
#include "common/names.h"

namespace cache_invalidation::condition {
namespace {

using Kind = Value::Kind;

// No number, date or duration has a longer text. Bounds the cost of parsing.
constexpr size_t kMaxScalarBytes = 1000;

Value Unreadable(absl::string_view type, absl::string_view text, Budget& budget) {
  return budget.Error({"cannot convert to ", type, ": \"", text, "\""});
}

template <typename Integer>
std::optional<Integer> ReadInteger(absl::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  Integer number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<double> ReadDouble(absl::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  // absl::from_chars would accept hexadecimal numbers and "nan(1)".
  if (text.find_first_of("xX(") != text.npos) return std::nullopt;
  double number = 0;
  const auto [end, error] = absl::from_chars(text.data(), text.data() + text.size(), number);
  if (end != text.data() + text.size()) return std::nullopt;
  // A number too small for a double is accepted as zero or the least double; one too large is not.
  if (error != std::errc() && !(error == std::errc::result_out_of_range && std::abs(number) < 1)) {
    return std::nullopt;
  }
  return number;
}

std::optional<bool> ReadBool(absl::string_view text) {
  for (absl::string_view yes : {"true", "True", "TRUE", "t", "T", "1"}) {
    if (text == yes) return true;
  }
  for (absl::string_view no : {"false", "False", "FALSE", "f", "F", "0"}) {
    if (text == no) return false;
  }
  return std::nullopt;
}

Value ToBool(Value value, Budget& budget) {
  if (!value.is(Kind::kString)) return NoSuchOverload(Function::kToBool, {value}, budget);
  const auto truth = ReadBool(value.as_text());
  return truth ? Value::Bool(*truth) : Unreadable("bool", value.as_text(), budget);
}

Value ToInt(Value value, Budget& budget) {
  switch (value.kind()) {
    case Kind::kUint:
      if (value.as_uint() > uint64_t{INT64_MAX}) break;
      return Value::Int(static_cast<int64_t>(value.as_uint()));
    case Kind::kDouble:
      // -2^63 itself is refused as well: it may be the rounded form of a smaller number.
      if (!(value.as_double() > -0x1p63 && value.as_double() < 0x1p63)) break;
      return Value::Int(static_cast<int64_t>(value.as_double()));
    case Kind::kTimestamp:
      return Value::Int(absl::ToUnixSeconds(value.as_timestamp()));
    case Kind::kString: {
      const auto number = ReadInteger<int64_t>(value.as_text());
      return number ? Value::Int(*number) : Unreadable("int", value.as_text(), budget);
    }
    default:
      return NoSuchOverload(Function::kToInt, {value}, budget);
  }
  return OutOfRange(Function::kToInt, {value}, budget);
}

Value ToUint(Value value, Budget& budget) {
  switch (value.kind()) {
    case Kind::kInt:
      if (value.as_int() < 0) break;
      return Value::Uint(value.as_uint());
    case Kind::kDouble:
      if (!(value.as_double() >= 0 && value.as_double() < 0x1p64)) break;
      return Value::Uint(static_cast<uint64_t>(value.as_double()));
    case Kind::kString: {
      const auto number = ReadInteger<uint64_t>(value.as_text());
      return number ? Value::Uint(*number) : Unreadable("uint", value.as_text(), budget);
    }
    default:
      return NoSuchOverload(Function::kToUint, {value}, budget);
  }
  return OutOfRange(Function::kToUint, {value}, budget);
}

Value FromInteger(double number, bool told) {
  return told && std::abs(number) > kMaxExactInteger ? Value::RoundedDouble(number)
                                                     : Value::Double(number);
}

Value ToDouble(Value value, Budget& budget) {
  switch (value.kind()) {
    case Kind::kInt:
      return FromInteger(static_cast<double>(value.as_int()), value.is_told());
    case Kind::kUint:
      return FromInteger(static_cast<double>(value.as_uint()), value.is_told());
    case Kind::kString: {
      const auto number = ReadDouble(value.as_text());
      if (!number) return Unreadable("double", value.as_text(), budget);
      return IsBeyondDouble(value, budget) ? Value::RoundedDouble(*number) : Value::Double(*number);
    }
    default:
      return NoSuchOverload(Function::kToDouble, {value}, budget);
  }
}

Value ToString(Value value, Budget& budget) {
  switch (value.kind()) {
    case Kind::kBool:
      return Value::String(value.as_bool() ? "true" : "false");
    case Kind::kInt:
      return budget.Text(Kind::kString, absl::AlphaNum(value.as_int()).Piece());
    case Kind::kUint:
      return budget.Text(Kind::kString, absl::AlphaNum(value.as_uint()).Piece());
    case Kind::kDouble:
      return budget.Text(Kind::kString, FormatDouble(value.as_double()));
    case Kind::kBytes:
      if (!budget.SpendOnSize(value.size())) return Budget::TooExpensive();
      if (!IsUtf8(value.as_text())) {
        return Value::Error("cannot convert to string: bytes that are not UTF-8");
      }
      return Value::String(value.as_text());
    case Kind::kTimestamp:
      return budget.Text(Kind::kString, TimestampText(value.as_timestamp()));
    case Kind::kDuration:
      return budget.Text(Kind::kString, DurationText(value.as_duration()));
    default:
      return NoSuchOverload(Function::kToString, {value}, budget);
  }
}

Value ToTimestamp(Value value, Budget& budget) {
  if (value.is(Kind::kString)) {
    const auto time = ReadTimestamp(value.as_text());
    return time ? Value::Timestamp(*time) : Unreadable("timestamp", value.as_text(), budget);
  }
  if (!value.is(Kind::kInt)) return NoSuchOverload(Function::kToTimestamp, {value}, budget);
  const absl::Time time = absl::FromUnixSeconds(value.as_int());
  return IsTimestamp(time) ? Value::Timestamp(time)
                           : OutOfRange(Function::kToTimestamp, {value}, budget);
}

Value ToDuration(Value value, Budget& budget) {
  if (!value.is(Kind::kString)) return NoSuchOverload(Function::kToDuration, {value}, budget);
  const auto duration = ReadDuration(value.as_text());
  return duration ? Value::Duration(*duration) : Unreadable("duration", value.as_text(), budget);
}

// The kind that a conversion returns; kError if that depends on the value.
Kind WantedBy(Function function) {
  constexpr Kind kWanted[] = {Kind::kBool,  Kind::kBytes, Kind::kDouble, Kind::kDuration,
                              Kind::kError, Kind::kInt,   Kind::kString, Kind::kTimestamp,
                              Kind::kError, Kind::kUint};
  static_assert(std::size(kWanted) == static_cast<size_t>(Function::kToUint) -
                                          static_cast<size_t>(Function::kToBool) + 1);
  return kWanted[static_cast<size_t>(function) - static_cast<size_t>(Function::kToBool)];
}

}  // namespace

Value Convert(Function function, Value value, Budget& budget) {
  const Kind wanted = WantedBy(function);
  if (value.is(wanted)) return value;
  const bool needs_digits = function == Function::kToInt || function == Function::kToUint ||
                            function == Function::kToString;
  if (needs_digits && value.is_rounded()) return Value::Rounded();
  const bool reads_scalar = value.is(Kind::kString) && function != Function::kToBytes &&
                            function != Function::kToDyn && function != Function::kToType;
  if (reads_scalar) {
    if (value.size() > kMaxScalarBytes) {
      return Unreadable(FunctionName(function), value.as_text(), budget);
    }
    budget.SpendOnSize(value.size());
  }
  switch (function) {
    case Function::kToBool:
      return ToBool(value, budget);
    case Function::kToBytes:
      return value.is(Kind::kString) ? Value::Bytes(value.as_text())
                                     : NoSuchOverload(function, {value}, budget);
    case Function::kToDouble:
      return ToDouble(value, budget);
    case Function::kToDuration:
      return ToDuration(value, budget);
    case Function::kToDyn:
      return value;
    case Function::kToInt:
      return ToInt(value, budget);
    case Function::kToString:
      return ToString(value, budget);
    case Function::kToTimestamp:
      return ToTimestamp(value, budget);
    case Function::kToType:
      return Value::Type(value.kind());
    default:
      return ToUint(value, budget);
  }
}

}  // namespace cache_invalidation::condition
