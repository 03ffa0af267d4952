// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_JSON_TEXT_JSON_TEXT_H_
#define CACHE_INVALIDATION_CLIENT_JSON_TEXT_JSON_TEXT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/json_quote.h"
#include "common/json_value.h"

namespace cache_invalidation {

// JSON as it was written: numbers keep their text, members their order. For data that must not lose
// a digit, such as the primary keys of a database.
//
// The parser is our own because no parser of Debian's keeps all of that. rapidjson 1.1 refuses
// numbers beyond the range of a double even where it hands on their text, and PostgreSQL's numeric
// goes far beyond; it also accepts half of a surrogate pair, which is not UTF-8, and stops at a
// NUL.
struct JsonText {
  enum class Kind { kNull, kBool, kNumber, kString, kList, kObject };

  Kind kind = Kind::kNull;

  // The string without quotes and escapes; the text of a number; "true" or "false".
  std::string text = {};

  std::vector<JsonText> elements = {};
  std::vector<std::pair<std::string, JsonText>> members = {};

  // Returns the member of that name, the last one if there are several, null if there is none.
  const JsonText* Find(absl::string_view name) const;

  bool operator==(const JsonText&) const = default;
};

// What the strings of a JSON text may hold.
enum class StringBytes {
  kUtf8,
  kAny,  // databases may hold text of any encoding
};

// Parses one JSON value (RFC 8259) of at most 100 levels. Fails with INVALID_ARGUMENT, which names
// the column, counted from 1.
absl::StatusOr<JsonText> ParseJson(absl::string_view json, StringBytes bytes = StringBytes::kUtf8);

// Parses an object that may be truncated or malformed. Returns its members up to the first that is
// not complete, without the last one. Returns an empty object if it is none.
JsonText ParseBeginOfObject(absl::string_view json, StringBytes bytes);

// Converts to the context of a write. A number that a double represents exactly (an integer up to
// 2^53 - 1, a number of at most 15 digits) becomes a plain number, any other a JsonValue::Number:
// two different numbers may have the same double.
JsonValue ToJsonValue(const JsonText& json);

// Breaks a JSON text into lines, with two spaces of indent per level. REQUIRES: it is well formed.
std::string IndentJson(absl::string_view json);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_CLIENT_JSON_TEXT_JSON_TEXT_H_
