#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_JSON_TEXT_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_JSON_TEXT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/json_value.h"

namespace cache_invalidation::cachectl {

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

// Reads one JSON value (RFC 8259). INVALID_ARGUMENT names the column, counted from 1. Refuses more
// than 100 levels and text that is not UTF-8.
absl::StatusOr<JsonText> ParseJson(absl::string_view json);

// As the context of a write: numbers as doubles, but integers beyond 2^53 as strings, because a
// double would take two rows for one.
JsonValue ToJsonValue(const JsonText& json);

// A string in JSON's quotes.
std::string QuoteJson(absl::string_view text);

// Lays a correct JSON text out over lines, two blanks for each level.
std::string IndentJson(absl::string_view json);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_JSON_TEXT_H_
