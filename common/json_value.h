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
  // them, they go as strings.
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

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }

  // The value if it is of that type, otherwise null.
  const bool* as_bool() const { return std::get_if<bool>(&value_); }
  const double* as_number() const { return std::get_if<double>(&value_); }
  const std::string* as_string() const { return std::get_if<std::string>(&value_); }
  const List* as_list() const { return std::get_if<List>(&value_); }
  const Object* as_object() const { return std::get_if<Object>(&value_); }

  // The member of that name; null if this is no object or has none.
  const JsonValue* Find(absl::string_view name) const;

  bool operator==(const JsonValue&) const = default;

 private:
  std::variant<std::monostate, bool, double, std::string, List, Object> value_;
};

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
