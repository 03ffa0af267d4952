// SPDX-License-Identifier: Apache-2.0

#include "common/condition/value.h"

#include <cmath>
#include <iterator>
#include <optional>
#include <type_traits>

#include "common/condition/decimal.h"
#include "common/condition/limits.h"
#include "common/limits.h"

namespace cache_invalidation::condition {
namespace {

// Returns the number with that text, or an error.
Value NumberOf(const std::string* text) {
  constexpr const char* kNoNumber = "not a number that fits a double or an integer";
  if (text == nullptr || text->size() > kMaxNumberBytes) return Value::Error(kNoNumber);
  const std::optional<Decimal> decimal = ReadDecimal(*text);
  if (!decimal) return Value::Error(kNoNumber);
  if (decimal->has_double()) return Value::Double(NearestDouble(*text));
  if (!decimal->magnitude) return Value::Error(kNoNumber);
  const uint64_t magnitude = *decimal->magnitude;
  if (decimal->negative && magnitude > uint64_t{1} << 63) return Value::Error(kNoNumber);
  if (decimal->negative) return Value::Int(static_cast<int64_t>(-magnitude)).Told();
  const bool is_int = magnitude <= uint64_t{INT64_MAX};
  return (is_int ? Value::Int(static_cast<int64_t>(magnitude)) : Value::Uint(magnitude)).Told();
}

}  // namespace

static_assert(std::is_trivially_copyable_v<Value>);

Value Value::Duration(absl::Duration duration) {
  absl::Duration rest;
  int64_t seconds = absl::IDivDuration(duration, absl::Seconds(1), &rest);
  if (rest < absl::ZeroDuration()) {
    --seconds;
    rest += absl::Seconds(1);
  }
  Value result(Kind::kDuration);
  result.integer_ = seconds;
  result.size_ = static_cast<uint32_t>(absl::ToInt64Nanoseconds(rest));
  return result;
}

Value Value::Timestamp(absl::Time time) {
  Value result = Duration(time - absl::UnixEpoch());
  result.kind_ = Kind::kTimestamp;
  return result;
}

Value Value::List(absl::Span<const Value> elements) {
  Value result(Kind::kList, Form::kValues);
  result.size_ = static_cast<uint32_t>(elements.size());
  result.values_ = elements.data();
  return result;
}

Value Value::List(absl::Span<const absl::string_view> strings) {
  Value result(Kind::kList, Form::kStrings);
  result.size_ = static_cast<uint32_t>(strings.size());
  result.strings_ = strings.data();
  return result;
}

Value Value::Map(absl::Span<const MapEntry> entries) {
  Value result(Kind::kMap, Form::kEntries);
  result.size_ = static_cast<uint32_t>(entries.size());
  result.entries_ = entries.data();
  return result;
}

Value Value::Json(const JsonValue& value) {
  if (const std::string* text = value.as_string()) return String(*text);
  if (const double* number = value.as_number()) {
    return std::abs(*number) > kMaxExactInteger ? RoundedDouble(*number) : Double(*number);
  }
  if (const bool* truth = value.as_bool()) return Bool(*truth);
  if (const JsonValue::Object* object = value.as_object()) {
    if (value.is_unknown()) return Unknown();
    // Also if there is no valid number: the value is then an error.
    if (value.is_marked_number()) return NumberOf(value.number_text());
    Value result(Kind::kMap, value.is_open() ? Form::kOpenObject : Form::kObject);
    result.size_ = static_cast<uint32_t>(object->size());
    result.object_ = object;
    return result;
  }
  if (const JsonValue::List* list = value.as_list()) {
    Value result(Kind::kList, Form::kJsonList);
    result.size_ = static_cast<uint32_t>(list->size());
    result.json_elements_ = list->data();
    return result;
  }
  return {};
}

Value Value::ElementAt(size_t index) const {
  switch (form_) {
    case Form::kStrings:
      return String(strings_[index]);
    case Form::kJsonList:
      return Json(json_elements_[index]);
    default:
      return values_[index];
  }
}

std::pair<Value, Value> Value::EntryAt(size_t index) const {
  if (form_ == Form::kEntries) return {entries_[index].key, entries_[index].value};
  const auto& [name, value] = (*object_)[index];
  return {String(name), Json(value)};
}

absl::string_view TypeName(Value::Kind kind) {
  constexpr absl::string_view kNames[] = {"null_type",
                                          "bool",
                                          "int",
                                          "uint",
                                          "double",
                                          "string",
                                          "bytes",
                                          "list",
                                          "map",
                                          "google.protobuf.Timestamp",
                                          "google.protobuf.Duration",
                                          "type",
                                          "error"};
  static_assert(std::size(kNames) == static_cast<size_t>(Value::Kind::kError) + 1);
  return kNames[static_cast<size_t>(kind)];
}

}  // namespace cache_invalidation::condition
