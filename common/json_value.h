#ifndef CACHE_INVALIDATION_COMMON_JSON_VALUE_H_
#define CACHE_INVALIDATION_COMMON_JSON_VALUE_H_

#include <concepts>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"

namespace cache_invalidation {

// A value as JSON knows it: what a write's context holds, what templates and conditions read.
//
// JSON cannot say that a value is not known, nor how a number was written. Two objects say it, in
// every language that can send a context:
//
//   {"$unknown": true}         a value that is not known. null is a value, this is none
//   {"a": 1, "$unknown": true} an open object: members that it does not name are not known
//   {"$number": "10.00"}       a number with its text: 10 in a condition, "10.00" in a tag
//
// Data that looks like the first two by chance is taken as not known, which widens.
//
// Immutable by habit once built; thread-compatible.
class JsonValue {
 public:
  using List = std::vector<JsonValue>;
  // In order of the names, each name once.
  using Object = std::vector<std::pair<std::string, JsonValue>>;

  // Null.
  JsonValue() = default;

  // NOLINTBEGIN(google-explicit-constructor)

  // Implicit, so that a value is written as one reads it: Object{{"tenant", "acme"}, {"retries",
  // 3}}. Wider integers than int are left out on purpose: beyond 2^53 a double no longer holds
  // them, they go as Number() or as strings.
  template <std::same_as<bool> Bool>  // nothing else turns into a bool, a pointer least of all
  JsonValue(Bool value) : value_(value) {}
  JsonValue(int value) : value_(static_cast<double>(value)) {}
  JsonValue(double value) : value_(value) {}
  JsonValue(const char* value) : value_(std::string(value)) {}
  JsonValue(std::string value) : value_(std::move(value)) {}
  JsonValue(List value) : value_(std::move(value)) {}
  // Sorts the members; of equal names the last one counts, as in JSON.
  JsonValue(Object value);
  // NOLINTEND(google-explicit-constructor)

  // A value that is not known.
  static JsonValue Unknown();
  // A number with the text that its source has for it, for example "10.00" or "9007199254740993".
  static JsonValue Number(std::string text);

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }

  // The value if it is of that type, otherwise null.
  const bool* as_bool() const { return std::get_if<bool>(&value_); }
  const double* as_number() const { return std::get_if<double>(&value_); }
  const std::string* as_string() const { return std::get_if<std::string>(&value_); }
  const List* as_list() const { return std::get_if<List>(&value_); }
  const Object* as_object() const { return std::get_if<Object>(&value_); }

  // Whether this is what Unknown() makes: an object of nothing but the mark.
  bool is_unknown() const;
  // Whether this is an object with the mark, so that it may have members that it does not name.
  bool is_open() const;
  // The text of what Number() makes, if it is the text of a number as JSON or PostgreSQL write it
  // (no sign but "-", no NaN, no infinity); otherwise null.
  const std::string* number_text() const;
  // Whether this has the mark of a number, whatever its text.
  bool is_marked_number() const;

  // The member of that name; null if this is no object or has none.
  const JsonValue* Find(absl::string_view name) const;
  JsonValue* FindMutable(absl::string_view name);

  // Its members, moved out of it. REQUIRES: an object.
  Object TakeObject() && { return std::move(*std::get_if<Object>(&value_)); }

  bool operator==(const JsonValue&) const = default;

 private:
  std::variant<std::monostate, bool, double, std::string, List, Object> value_;
};

// The name of the mark of an unknown value or open object, and that of a number's text.
inline constexpr absl::string_view kUnknownName = "$unknown";
inline constexpr absl::string_view kNumberName = "$number";

// A JSON object that is decoded when somebody first looks at it. Most writes match no template and
// no condition, so most contexts are never decoded.
//
// Thread-compatible: even reading may decode.
class JsonSource {
 public:
  virtual ~JsonSource() = default;

  // The decoded object. The reference stays valid as long as the source lives.
  virtual const JsonValue& Get() const = 0;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_JSON_VALUE_H_
