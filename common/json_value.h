// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_COMMON_JSON_VALUE_H_
#define CACHE_INVALIDATION_COMMON_JSON_VALUE_H_

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"

namespace cache_invalidation {

// The marker names of an unknown value or open object, and of a number's text.
inline constexpr absl::string_view kUnknownName = "$unknown";
inline constexpr absl::string_view kNumberName = "$number";

// The integers that a JsonValue takes only as text.
template <typename Integer>
concept NeedsText = std::integral<Integer> && !std::same_as<Integer, bool> &&
                    (sizeof(Integer) > sizeof(int) || std::same_as<Integer, char> ||
                     std::same_as<Integer, wchar_t> || std::same_as<Integer, char8_t> ||
                     std::same_as<Integer, char16_t> || std::same_as<Integer, char32_t>);

// The two are one type with some builds of Abseil, and two with others.
template <typename View>
concept EitherStringView =
    std::same_as<View, std::string_view> || std::same_as<View, absl::string_view>;

// A JSON value: the content of a write's context, which templates and conditions read.
//
// JSON has no form for an unknown value, nor for the text of a number. Two marker objects express
// them, in every language that can send a context:
//
//   {"$unknown": true}         a value that is not known. null is a value, this is none
//   {"a": 1, "$unknown": true} an open object: members that it does not name are not known
//   {"$number": "10.00"}       a number with its text: 10 in a condition, "10.00" in a tag
//
// Data that looks like one of the first two by coincidence is treated as unknown, which widens.
//
// Not modified once built, by convention; thread-compatible.
class JsonValue {
 public:
  using List = std::vector<JsonValue>;
  // Ordered by name; each name occurs once.
  using Object = std::vector<std::pair<std::string, JsonValue>>;

  // Null.
  JsonValue() = default;

  // NOLINTBEGIN(google-explicit-constructor)

  // Implicit, so that values are written naturally: Object{{"tenant", "acme"}, {"retries", 3}}.
  template <std::same_as<bool> Bool>  // nothing else converts to bool, in particular no pointer
  JsonValue(Bool value) : value_(value) {}
  JsonValue(int value) : value_(static_cast<double>(value)) {}
  JsonValue(unsigned int value) : value_(static_cast<double>(value)) {}
  JsonValue(double value) : value_(value) {}
  // 64 bits are refused: a double does not hold integers beyond 2^53 exactly, and two ids would
  // become one. Characters are refused: they would become numbers.
  template <NeedsText Integer>
  JsonValue(Integer) = delete;  // write std::to_string(id), or JsonValue::Number(std::to_string(n))
  JsonValue(std::nullptr_t) {}
  // A null pointer is null: it is what database libraries return for NULL.
  JsonValue(const char* value) {
    if (value != nullptr) value_ = std::string(value);
  }
  template <EitherStringView View>
  JsonValue(View value) : value_(std::string(value.data(), value.size())) {}
  JsonValue(std::string value) : value_(std::move(value)) {}
  JsonValue(List value) : value_(std::move(value)) {}
  // Sorts the members; if a name occurs twice, the last one counts, as in JSON.
  JsonValue(Object value);
  // NOLINTEND(google-explicit-constructor)

  // Returns an unknown value.
  static JsonValue Unknown();
  // Returns a number with the text of its source, for example "10.00" or "9007199254740993".
  static JsonValue Number(std::string text);

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }

  // Return the value if it has that type, otherwise null.
  const bool* as_bool() const { return std::get_if<bool>(&value_); }
  const double* as_number() const { return std::get_if<double>(&value_); }
  const std::string* as_string() const { return std::get_if<std::string>(&value_); }
  const List* as_list() const { return std::get_if<List>(&value_); }
  const Object* as_object() const { return std::get_if<Object>(&value_); }

  // Returns whether this is the value of Unknown(): an object with only the marker.
  bool is_unknown() const;
  // Returns whether this is an object with the marker, which can have members that it does not
  // name.
  bool is_open() const { return Find(kUnknownName) != nullptr; }
  // Returns the text of a Number(), if it is a number as JSON or PostgreSQL write it (no sign but
  // "-", no NaN, no infinity); otherwise null.
  const std::string* number_text() const;
  // Returns whether this has the marker of a number, whatever its text.
  bool is_marked_number() const;

  // Return the member of that name; null if this is not an object or has no such member.
  const JsonValue* Find(absl::string_view name) const;
  JsonValue* FindMutable(absl::string_view name) { return const_cast<JsonValue*>(Find(name)); }

  // Moves its members out and returns them. REQUIRES: an object.
  Object TakeObject() && { return std::move(*std::get_if<Object>(&value_)); }

  bool operator==(const JsonValue&) const = default;

 private:
  std::variant<std::monostate, bool, double, std::string, List, Object> value_;
};

// A JSON object that is decoded on first use. Most writes match no template and no condition, so
// most contexts are never decoded.
//
// Thread-compatible: even reading can decode.
class JsonSource {
 public:
  virtual ~JsonSource() = default;

  // Returns the decoded object. The reference is valid while the source lives.
  virtual const JsonValue& Get() const = 0;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_JSON_VALUE_H_
