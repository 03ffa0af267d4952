#ifndef CACHE_INVALIDATION_CLIENT_JSON_TEXT_JSON_TEXT_H_
#define CACHE_INVALIDATION_CLIENT_JSON_TEXT_JSON_TEXT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/json_value.h"

namespace cache_invalidation {

// JSON as it was written: numbers keep their text, members their order. For what must not lose a
// digit, such as the primary keys of a database.
struct JsonText {
  enum class Kind { kNull, kBool, kNumber, kString, kList, kObject };

  Kind kind = Kind::kNull;

  // The string without quotes and escapes; the text of a number; "true" or "false".
  std::string text = {};

  std::vector<JsonText> elements = {};
  std::vector<std::pair<std::string, JsonText>> members = {};

  // The member of that name, null if there is none. Of several the last one counts.
  const JsonText* Find(absl::string_view name) const;

  bool operator==(const JsonText&) const = default;
};

// What the strings of a JSON text may hold.
enum class StringBytes {
  kUtf8,
  kAny,  // databases may hold text of any encoding
};

// Reads one JSON value (RFC 8259). INVALID_ARGUMENT names the column, counted from 1. Refuses more
// than 100 levels.
absl::StatusOr<JsonText> ParseJson(absl::string_view json, StringBytes bytes = StringBytes::kUtf8);

// Reads an object that may be torn or broken: returns the members that are whole, up to the one
// that is not or the last one. Empty for what is no object.
JsonText ParseBeginOfObject(absl::string_view json, StringBytes bytes);

// As the context of a write. A number whose double says the same (an integer up to 2^53 - 1, a
// number of at most 15 digits) is a plain number, any other a JsonValue::Number: a double would
// take two numbers for one.
JsonValue ToJsonValue(const JsonText& json);

// A string in JSON's quotes.
std::string QuoteJson(absl::string_view text);

// Lays a correct JSON text out over lines, two blanks for each level.
std::string IndentJson(absl::string_view json);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_CLIENT_JSON_TEXT_JSON_TEXT_H_
