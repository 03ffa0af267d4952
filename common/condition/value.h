// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_COMMON_CONDITION_VALUE_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_VALUE_H_

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/json_value.h"

namespace cache_invalidation::condition {

struct MapEntry;

// A value of the language, or an error in place of one.
//
// 16 bytes, cheap to copy. It owns nothing: texts, lists and maps point into their source (the text
// of the condition, the write, an Arena), which must outlive the value. Immutable.
//
// The `as_` functions return the content. Each REQUIRES that the kind is the one in its name.
class Value {
 public:
  enum class Kind : uint8_t {
    kNull,
    kBool,
    kInt,
    kUint,
    kDouble,
    kString,
    kBytes,
    kList,
    kMap,
    kTimestamp,
    kDuration,
    kType,   // the kind of another value, as `type(x)` returns it; never kError
    kError,  // the reason why there is no value
  };

  // The node of an error that is not set yet.
  static constexpr uint32_t kNowhere = ~uint32_t{0};

  // Null.
  constexpr Value() = default;

  static constexpr Value Bool(bool value) { return Integer(Kind::kBool, value ? 1 : 0); }
  static constexpr Value Int(int64_t value) { return Integer(Kind::kInt, value); }
  static constexpr Value Uint(uint64_t value) {
    return Integer(Kind::kUint, static_cast<int64_t>(value));
  }
  static constexpr Value Double(double value) {
    Value result(Kind::kDouble);
    result.double_ = value;
    return result;
  }
  // REQUIRES: UTF-8. Texts, lists and maps have at most 2^32 - 1 bytes or elements.
  static constexpr Value String(absl::string_view text) { return Text(Kind::kString, text); }
  static constexpr Value Bytes(absl::string_view bytes) { return Text(Kind::kBytes, bytes); }
  // REQUIRES: a multiple of a nanosecond, finite.
  static Value Timestamp(absl::Time time);
  static Value Duration(absl::Duration duration);
  static constexpr Value Type(Kind kind) {
    return Integer(Kind::kType, static_cast<int64_t>(kind));
  }
  // `message` is NUL-terminated and must outlive the value. `node` is the one that failed.
  static constexpr Value Error(const char* message, uint32_t node = kNowhere) {
    Value result(Kind::kError);
    result.size_ = node;
    result.message_ = message;
    return result;
  }

  static Value List(absl::Span<const Value> elements);
  static Value List(absl::Span<const absl::string_view> strings);
  // REQUIRES: the entries were sorted and checked by MakeMap (map.h).
  static Value Map(absl::Span<const MapEntry> entries);
  // Does not copy. A plain number becomes a double, as CEL defines for JSON. A number given by its
  // text becomes the double that has this text, or else an integer, or else an error. An unknown
  // value becomes Unknown(), an open object an open map.
  static Value Json(const JsonValue& value);
  // The error for an unknown value.
  static constexpr Value Unknown() { return Error(kNotKnown); }
  // The error of functions whose result depends on the digits of a number that may have been
  // rounded.
  static constexpr Value Rounded() {
    return Error("a number beyond 2^53 that may have been rounded");
  }

  constexpr Kind kind() const { return kind_; }
  constexpr bool is(Kind kind) const { return kind_ == kind; }
  constexpr bool is_error() const { return kind_ == Kind::kError; }
  constexpr bool is_unknown() const { return is_error() && message_ == kNotKnown; }
  // Whether a map is open: it may have keys that are not listed. Its entries then include the mark.
  constexpr bool is_open() const { return form_ == Form::kOpenObject; }
  // Whether a double may have been rounded from another number: a large one from JSON, or one
  // computed from such.
  constexpr bool is_rounded() const { return form_ == Form::kRounded; }
  // A double that may have been rounded.
  static constexpr Value RoundedDouble(double value) {
    Value result = Double(value);
    result.form_ = Form::kRounded;
    return result;
  }
  // Whether an integer was given by its digits in a context. Such an integer is compared with a
  // double exactly; an integer literal is compared as a double, as CEL defines.
  constexpr bool is_told() const { return form_ == Form::kTold; }
  // Returns the same integer with is_told() true. REQUIRES: an int or uint.
  constexpr Value Told() const {
    Value result = *this;
    result.form_ = Form::kTold;
    return result;
  }
  constexpr bool is_number() const { return kind_ >= Kind::kInt && kind_ <= Kind::kDouble; }

  constexpr bool as_bool() const { return integer_ != 0; }
  constexpr int64_t as_int() const { return integer_; }
  constexpr uint64_t as_uint() const { return static_cast<uint64_t>(integer_); }
  constexpr double as_double() const { return double_; }
  // For kString and kBytes.
  constexpr absl::string_view as_text() const { return {text_, size_}; }
  absl::Time as_timestamp() const { return absl::UnixEpoch() + as_duration(); }
  absl::Duration as_duration() const { return absl::Seconds(integer_) + absl::Nanoseconds(size_); }
  constexpr Kind as_type() const { return static_cast<Kind>(integer_); }
  constexpr const char* error_message() const { return message_; }
  constexpr uint32_t error_node() const { return size_; }

  // The number of elements of a list, entries of a map or bytes of a text.
  constexpr size_t size() const { return size_; }

  // REQUIRES: a list; index < size().
  Value ElementAt(size_t index) const;

  // Entries are sorted by key (map.h). REQUIRES: a map; index < size().
  std::pair<Value, Value> EntryAt(size_t index) const;

  // The entries of a map; a null pointer if it is a JSON object.
  const MapEntry* entries() const { return form_ == Form::kEntries ? entries_ : nullptr; }
  // The JSON object of a map; a null pointer if it is not one.
  const JsonValue::Object* object() const {
    return form_ == Form::kObject || form_ == Form::kOpenObject ? object_ : nullptr;
  }
  // The elements of a JSON list; a null pointer if it is not one.
  const JsonValue* json_elements() const {
    return form_ == Form::kJsonList ? json_elements_ : nullptr;
  }

 private:
  // The representation of a list or map, or the origin of a number.
  enum class Form : uint8_t {
    kNone,
    kValues,
    kStrings,
    kJsonList,
    kEntries,
    kObject,
    kOpenObject,
    kRounded,
    kTold
  };

  static constexpr char kNotKnown[] = "not known";

  explicit constexpr Value(Kind kind, Form form = Form::kNone) : kind_(kind), form_(form) {}
  static constexpr Value Integer(Kind kind, int64_t integer) {
    Value result(kind);
    result.integer_ = integer;
    return result;
  }
  static constexpr Value Text(Kind kind, absl::string_view text) {
    Value result(kind);
    result.size_ = static_cast<uint32_t>(text.size());
    result.text_ = text.data();
    return result;
  }

  Kind kind_ = Kind::kNull;
  Form form_ = Form::kNone;
  // The size; the nanoseconds beyond `integer_` seconds of a time; the node of an error.
  uint32_t size_ = 0;
  union {
    int64_t integer_ = 0;
    double double_;
    const char* text_;
    const char* message_;
    const Value* values_;
    const absl::string_view* strings_;
    const JsonValue* json_elements_;
    const MapEntry* entries_;
    const JsonValue::Object* object_;
  };
};

static_assert(sizeof(Value) == 16);

struct MapEntry {
  Value key;
  Value value;
};

// The name of the type in the language: "int", "null_type", "google.protobuf.Timestamp".
absl::string_view TypeName(Value::Kind kind);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_VALUE_H_
